# SPDX-License-Identifier: AGPL-3.0-or-later
"""deploy/nginx.conf and deploy/Caddyfile in front of the real binary, with a certificate of our own: what a reader gets through them."""
import gzip
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from region import PASSWORD, submit, wait_for

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
NAME = "region.example"
TOKEN = "a-token-of-the-operator-2026"
MIB = 1 << 20


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "key.pem", "-out",
                    folder / "cert.pem"], check=True, capture_output=True)
    return folder


def replaced(text, *pairs):
    """The shipped file with what a site changes; each must stand there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder, certificate, upstream, plain, secure):
    site = replaced((TOP / "deploy" / "nginx.conf").read_text(), ("127.0.0.1:8080", f"127.0.0.1:{upstream}"),
                    ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen [::]:80;", ""), ("listen [::]:443 ssl http2;", ""),
                    ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
                    (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(certificate / "cert.pem")),
                    (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(certificate / "key.pem")))
    (folder / "site.conf").write_text(site)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log stderr warn;\nworker_processes 2;\nuser root;\nevents {{ worker_connections 512; }}\n"
        f"http {{\ninclude /etc/nginx/mime.types;\n{temporary}include {folder}/site.conf;\n}}\n")
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def caddy(folder, certificate, upstream, plain, secure):
    site = replaced((TOP / "deploy" / "Caddyfile").read_text(), ("127.0.0.1:8080", f"127.0.0.1:{upstream}"),
                    (f"{NAME} {{", f"{NAME} {{\n\tbind 127.0.0.1\n\ttls {certificate}/cert.pem {certificate}/key.pem"))
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n\tdefault_bind 127.0.0.1\n}}\n{site}")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


class Proxy:
    def __init__(self, how, folder, certificate, upstream):
        folder.mkdir()
        self.plain, self.secure = free_ports(2)
        command = how(folder, certificate, upstream, self.plain, self.secure)
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        self.trust = ssl.create_default_context(cafile=certificate / "cert.pem")
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log,
                                        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)})
        try:
            wait_for(lambda: socket.create_connection(("127.0.0.1", self.secure), timeout=1).close() is None)
        except AssertionError:
            self.stop()
            raise AssertionError((folder / "log").read_text()[-3000:]) from None

    def connection(self, source="127.0.0.1"):
        plain = socket.create_connection(("127.0.0.1", self.secure), timeout=60, source_address=(source, 0))
        made = http.client.HTTPConnection(NAME, self.secure)
        made.sock = self.trust.wrap_socket(plain, server_hostname=NAME)
        return made

    def ask(self, method, path, body=None, source="127.0.0.1", connection=None, **fields):
        """Status, fields in lower case, body; by a connection of its own unless one is given."""
        own = connection or self.connection(source)
        try:
            own.request(method, path, body=body, headers={"Host": self.host, **{k.replace("_", "-"): v for k, v in fields.items()}})
            reply = own.getresponse()
            return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
        finally:
            if connection is None:
                own.close()

    @property
    def host(self):
        return f"{NAME}:{self.secure}"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()


@pytest.fixture(scope="module")
def served(founded, tmp_path_factory):
    """A region with limits that believes this machine's proxies."""
    own = founded.copy(tmp_path_factory.mktemp("proxied") / "region")
    (own.folder / "lianxi.conf").write_text(f"proxy = 127.0.0.1\nmetrics-token = {TOKEN}\n")
    own.start(limits=True)
    yield own
    own.stop()


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(request, served, certificate, tmp_path_factory):
    one = Proxy(request.param, tmp_path_factory.mktemp("proxy") / "front", certificate, served.server.port)
    yield one
    one.stop()


def bearer(region, name):
    return {"Authorization": f"Bearer {region.tokens[name]}"}


def test_pages_come_by_tls_and_compressed(proxy):
    status, fields, body = proxy.ask("GET", "/needs", Accept_Encoding="gzip", Accept_Language="zh")
    assert status == 200 and fields["strict-transport-security"] and fields["content-encoding"] == "gzip"
    assert "需求" in gzip.decompress(body).decode()
    assert proxy.ask("GET", "/needs")[1].get("content-encoding") is None


def test_plain_http_leads_to_tls(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=20)
    connection.request("GET", "/needs?search=x", headers={"Host": NAME})
    reply = connection.getresponse()
    assert reply.status in (301, 308) and re.fullmatch(rf"https://{NAME}(:\d+)?/needs\?search=x", reply.getheader("Location"))
    connection.close()


def test_signing_in_by_form(proxy, served):
    """A form is accepted from the name it was shown under, and from no other; the cookie is for TLS only."""
    form = f"name=asker&password={PASSWORD.replace(' ', '+')}"
    kind = "application/x-www-form-urlencoded"
    status, fields, _ = proxy.ask("POST", "/sign-in", form, Content_Type=kind, Origin=f"https://{proxy.host}")
    assert status == 303 and "Secure" in fields["set-cookie"] and fields["location"].startswith("/")
    assert proxy.ask("POST", "/sign-in", form, Content_Type=kind, Origin="https://elsewhere.example")[0] == 403


def test_tags_pass_whole(proxy, served):
    """JSON keeps its strong tag though the client takes gzip, and If-Match holds through the proxy; 304 too."""
    number = submit(served)
    path = f"/api/v1/needs/{number}"
    status, fields, _ = proxy.ask("GET", path, Accept_Encoding="gzip, br, zstd")
    assert status == 200 and fields["etag"].startswith('"')
    assert proxy.ask("GET", path, If_None_Match=fields["etag"], Accept_Encoding="gzip")[0] == 304
    json_kind = {"Content_Type": "application/json", **bearer(served, "asker")}
    assert proxy.ask("POST", f"{path}/withdraw", "{}", If_Match='"0-x"', **json_kind)[0] == 412
    assert proxy.ask("POST", f"{path}/withdraw", "{}", If_Match=fields["etag"], **json_kind)[0] in (200, 201)


def test_figures_stay_on_the_machine(proxy):
    for path in ("/metrics", "/api/v1/metrics", "/metrics.json", "/%6detrics", "//metrics", "/./metrics"):
        for fields in ({}, {"Authorization": f"Bearer {TOKEN}"}):
            status, _, body = proxy.ask("GET", path, **fields)
            assert status in (308, 400, 401, 404) and b"lianxi_" not in body, path


def parts(size):
    """A form with one file of about `size` bytes."""
    head = b'--line\r\nContent-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: application/octet-stream\r\n\r\n'
    return head + b"x" * size + b"\r\n--line--\r\n"


@pytest.mark.parametrize("size, statuses", [(23 * MIB, (401, 404, 422)), (24 * MIB + 4096, (413,)), (26 * MIB, (413,)), (40 * MIB, (413,))])
def test_bodies_of_every_size(proxy, size, statuses):
    """What the server takes passes; what it does not, it refuses itself; what is longer still ends at the proxy."""
    try:
        status, _, body = proxy.ask("POST", "/needs/new/submit", parts(size), Content_Type="multipart/form-data; boundary=line")
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        assert size > 25 * MIB  # refused before its end
        return
    assert status in statuses, body[:300]


def test_an_idle_connection_is_no_fault(proxy, served):
    """The server ends idle connections after two seconds; a POST that comes just then must not be lost."""
    fields = {"Content_Type": "application/json", **bearer(served, "backer")}
    connection = proxy.connection()
    for pause in (0, 0.9, 1.1, 1.9, 2.05, 2.5):
        time.sleep(pause)
        status, _, body = proxy.ask("POST", "/api/v1/needs/new/submit", b"{}", connection=connection, **fields)
        assert status == 422, (pause, body)
    connection.close()


def test_the_limit_is_the_readers_not_the_proxys(proxy):
    """Who asks too much is told so by address; a forged X-Forwarded-For changes nothing; another reader is not touched."""
    source = f"127.0.0.{proxy.secure % 200 + 20}"
    connection = proxy.connection(source)
    for i in range(6000):
        status, fields, _ = proxy.ask("GET", "/healthz", connection=connection, X_Forwarded_For=f"192.0.2.{i % 250}")
        if status != 200:
            break
        if fields.get("connection") == "close":
            connection.close()
            connection = proxy.connection(source)
    connection.close()
    assert status == 429 and int(fields["retry-after"]) >= 1
    assert proxy.ask("GET", "/healthz", source="127.0.0.19")[0] == 200


def test_what_the_server_believes(certificate, proxy, tmp_path):
    """A server that shows what it was told: the reader's address, https, not this machine; forged fields are gone."""
    how = nginx if proxy.process.args[0] == "nginx" else caddy
    servers = pathlib.Path(os.environ.get("LIANXI_TESTSERVERS", TOP / "build" / "release" / "kernel" / "http"))
    process = subprocess.Popen([servers / "http_testserver", "proxies=127.0.0.1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    front = Proxy(how, tmp_path / "front", certificate, int(process.stdout.readline()))
    try:
        for forged in ({}, {"X_Forwarded_For": "192.0.2.1"}, {"X_Forwarded_For": "127.0.0.1", "X_Forwarded_Proto": "http", "Host": "localhost"}):
            if "Host" in forged and how is caddy:
                forged = {**forged, "Host": front.host}  # it knows its own name only
            status, _, body = front.ask("GET", "/echo?a=%E4%B8%AD%2f", source="127.0.0.77", **forged)
            assert status == 200, body
            told = json.loads(body)
            assert told["address"] == "127.0.0.77" and told["https"] is True and told["loopback"] is False, forged
            assert told["query"] == [["a", "中/"]]
    finally:
        front.stop()
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
