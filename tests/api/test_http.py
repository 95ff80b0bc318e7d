# SPDX-License-Identifier: AGPL-3.0-or-later
"""The door from outside: raw sockets against the small server of kernel/http/http_testserver.c."""
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"


class Server:
    """The test server as a process; stops it cleanly and keeps its log."""

    def __init__(self, *words, program="http_testserver"):
        folder = pathlib.Path(os.environ.get("LIANXI_TESTSERVERS", TOP / "build" / "release" / "kernel" / "http"))
        path = folder / program
        if not path.exists():
            pytest.fail(f"no server at {path}: ninja -C build/release kernel/http/{program}")
        self.path = path
        self.process = subprocess.Popen([path, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.log = []
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()

    def read_log(self):
        for line in self.process.stderr:
            self.log.append(line.decode())

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(30)
        self.reader.join(5)
        assert code == 0, "".join(self.log[-20:])

    def connect(self, timeout=5):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def raw(self, request, timeout=5):
        """Sends bytes and returns all that comes until the other side closes."""
        with self.connect(timeout) as line:
            try:
                line.sendall(request)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all was sent; the answer may be there
            return read_all(line)

    def ask(self, method, target, *fields, body=None):
        """One exchange, closed by the server: (status, fields with small names, body)."""
        head = f"{method} {target} HTTP/1.1\r\n".encode() + HOST + CLOSE
        for field in fields:
            head += field.encode("latin-1") + b"\r\n"
        if body is not None:
            head += b"Content-Length: %d\r\n" % len(body)
        return parse(self.raw(head + b"\r\n" + (body or b"")))

    def form(self, target, body, *fields):
        return self.ask("POST", target, "Content-Type: application/x-www-form-urlencoded", *fields, body=body)

    def json(self, target, body, *fields):
        return self.ask("POST", target, "Content-Type: application/json", *fields, body=body)


def read_all(line):
    out = b""
    try:
        while chunk := line.recv(65536):
            out += chunk
    except (ConnectionResetError, socket.timeout):
        pass
    return out


def parse(answer):
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        fields.setdefault(name.lower(), value)
    return int(lines[0].split()[1]), fields, body


def status_of(answer):
    return parse(answer)[0]


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.stop()


# what one request looks like on the wire, and the statuses that may answer it (None: the line is cut)
MALFORMED = {
    "two lengths": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", {400}),
    "lengths that differ": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", {400}),
    "length in a list": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 3, 3\r\n\r\nabc", {400}),
    "length and chunks": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "chunks and length": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", {400}),
    "two encodings": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "unknown encoding": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {400}),
    "chunks in 1.0": (b"POST /echo HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "negative length": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: -3\r\n\r\nabc", {400}),
    "length with sign": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc", {400}),
    "length beyond 2^64": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999999\r\n\r\nabc", {400, 413}),
    "a body on GET": (b"GET /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc", {400}),
    "a chunked body on GET": (b"GET /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "no host": (b"GET /echo HTTP/1.1\r\n\r\n", {400}),
    "two hosts": (b"GET /echo HTTP/1.1\r\n" + HOST + HOST + b"\r\n", {400}),
    "host with a slash": (b"GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n", {400}),
    "folded line": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", {400}),
    "blank before the colon": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X : a\r\n\r\n", {400}),
    "no colon": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X a\r\n\r\n", {400}),
    "empty name": (b"GET /echo HTTP/1.1\r\n" + HOST + b": a\r\n\r\n", {400}),
    "NUL in a value": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", {400}),
    "NUL at the end of a value": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X: a\0\r\n\r\n", {400}),
    "NUL in a name": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X\0Y: a\r\n\r\n", {400}),
    "NUL in the target": (b"GET /echo\0 HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "NUL in the query": (b"GET /echo?a=\0b HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "control in a value": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X: a\x01b\r\n\r\n", {400}),
    "carriage return in a value": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n", {400}),
    "bare line feeds": (b"GET /echo HTTP/1.1\nHost: localhost\n\n", {400}),
    "blank in the target": (b"GET /ec ho HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "no version": (b"GET /echo\r\n" + HOST + b"\r\n", {400, None}),
    "HTTP/0.9": (b"GET /echo HTTP/0.9\r\n" + HOST + b"\r\n", {400, 505}),
    "HTTP/3.0": (b"GET /echo HTTP/3.0\r\n" + HOST + b"\r\n", {400, 505}),
    "not HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400, 505, None}),
    "method with a slash": (b"GE/T /echo HTTP/1.1\r\n" + HOST + b"\r\n", {400}),
    "bad chunk size": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n\r\n", {400}),
    "chunk size beyond 2^64": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nfffffffffffffffff\r\n", {400, 413, None}),
    "long target": (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", {414, 431}),
    "long value": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20000 + b"\r\n\r\n", {431}),
    "very long value": (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 200000 + b"\r\n\r\n", {431, None}),
    "101 fields": (b"GET / HTTP/1.1\r\n" + HOST + b"a:b\r\n" * 101 + b"\r\n", {431}),
    "3000 fields": (b"GET / HTTP/1.1\r\n" + HOST + b"a:b\r\n" * 3000 + b"\r\n", {431}),
    "key in Latin-1": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Idempotency-Key: \xe9\r\n\r\n", {400}),
    "two keys": (b"POST /echo HTTP/1.1\r\n" + HOST + b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n", {400}),
    "connect": (b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", {400, 404, 405}),
    "star on GET": (b"GET * HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", {400}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_heads_are_refused(server, name):
    request, allowed = MALFORMED[name]
    answer = server.raw(request)
    assert (status_of(answer) if answer else None) in allowed, answer[:300]
    # a refused message leaves nothing behind that could be read as another request
    assert answer.find(b"HTTP/1.1 2") < 0
    assert server.ask("GET", "/")[0] == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/echo%00", 400),
        ("/echo%0a", 400),
        ("/echo%ff", 400),
        ("/echo%c0%af", 400),
        ("/echo%ed%a0%80", 400),
        ("/echo%", 400),
        ("/echo%4", 400),
        ("/echo%zz", 400),
        ("/needs%2f17", 404),
        ("/needs%5c17", 404),
        ("/needs\\17", 404),
        ("/needs/..", 404),
        ("/needs/../echo", 404),
        ("/needs/%2e%2e/echo", 404),
        ("/./echo", 404),
        ("//echo", 404),
        ("/needs//17", 404),
        ("/echo/", 404),
        ("/no/such/place", 404),
        ("/" + "a" * 9000, 404),
        ("/echo?a=%00", 400),
        ("/echo?a=%ff", 400),
        ("/echo?a=%", 400),
        ("/echo?%ff=a", 400),
        ("/echo?" + "&".join(f"a{i}=1" for i in range(257)), 400),
        ("/echo?a=1&a=2&&b=%E4%BD%A0+%2B&c", 200),
        ("/echo?" + "&".join(f"a{i}=1" for i in range(256)), 200),
        ("/needs/%E4%BD%A0", 200),
        ("http://localhost/echo?a=1", 200),
        ("/%65cho", 200),
    ],
)
def test_targets(server, target, status):
    got, fields, body = server.ask("GET", target)
    assert got == status, body
    if status >= 400:
        problem = json.loads(body)
        assert problem["status"] == status and problem["title"] and problem["detail"]
        assert fields["content-type"].startswith("application/problem+json")


def test_parameters_arrive_decoded_and_in_order(server):
    _, _, body = server.ask("GET", "/echo?a=1&a=2&&b=%E4%BD%A0+%2B&c&d==")
    assert json.loads(body)["query"] == [["a", "1"], ["a", "2"], ["b", "你 +"], ["c", ""], ["d", "="]]
    _, _, body = server.form("/echo", "名=值&x=%0D%0A&".encode())
    assert json.loads(body)["form"] == [["名", "值"], ["x", "\r\n"]]


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"a=%00", 422, "a"),
        (b"ok=1&bad=%ff", 422, "bad"),
        (b"bad=%zz", 422, "bad"),
        (b"\xff=1", 422, None),
        (b"&".join(b"a=1" for _ in range(257)), 422, "256"),
        (b"&" * 100000, 200, None),
        (b"a=" + b"x" * 1000000, 200, None),
    ],
)
def test_forms(server, body, status, word):
    got, _, answer = server.form("/echo", body)
    assert got == status, answer[:200]
    if word:
        assert word in json.loads(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"", 200),
        (b"nonsense", 422),
        (b'{"a":1,"a":2}', 422),
        (b"[" * 10000 + b"]" * 10000, 422),
        (b'{"a":' * 10000 + b"1" + b"}" * 10000, 422),
        (b'["\\ud800"]', 422),
        (b'["\\udc00\\ud800"]', 422),
        (b'["\xed\xa0\x80"]', 422),
        (b'["\xff"]', 422),
        (b'["\\u0000"]', 422),
        (b'{"\\u0000":1}', 422),
        (b'["a\0b"]', 422),
        (b"\0", 422),
        (b"[1e400]", 422),
        (b"[9007199254740993]", 422),
        (b"[18446744073709551616]", 422),
        (b"[-0]", 200),
        (b"[0.5]", 422),
        (b"[1] [2]", 422),
        (b"[9007199254740991]", 200),
        ('{"名":["值",null,true]}'.encode(), 200),
        (b"[" * 64 + b"]" * 64, 200),
        (b"\xef\xbb\xbf[]", 422),
    ],
)
def test_json(server, body, status):
    got, _, answer = server.json("/echo", body)
    assert got == status, answer[:300]
    if status != 200:
        assert json.loads(answer)["status"] == status


def test_bodies_of_other_kinds_are_not_understood(server):
    status, _, _ = server.ask("POST", "/echo", "Content-Type: multipart/form-data; boundary=x", body=b"a=1")
    assert status == 422  # understood, and not what it says it is
    for kind in ("text/plain", "application/xml", "nonsense", ""):
        status, fields, _ = server.ask("POST", "/echo", f"Content-Type: {kind}", body=b"a=1")
        assert status == 415 and "application/json" in fields["accept"]
    assert server.ask("POST", "/echo", body=b"a=1")[0] == 415
    assert server.ask("POST", "/echo", "Content-Type: text/plain", body=b"")[0] == 200


@pytest.mark.parametrize("size", [(1 << 20) + 1, 3 << 20, 5 << 20, 50 << 20])
def test_bodies_that_are_too_long_are_told_so(server, size):
    head = b"POST /echo HTTP/1.1\r\n" + HOST + CLOSE + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size
    answer = server.raw(head + b" " * min(size, 8 << 20), timeout=10)
    # far too long a body may be cut off before its sender reads the answer
    assert size > (5 << 20) and not answer or status_of(answer) == 413


def test_chunked_bodies_that_are_too_long(server):
    head = b"POST /echo HTTP/1.1\r\n" + HOST + CLOSE + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert status_of(server.raw(head + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 20 + b"0\r\n\r\n")) == 413
    answer = server.raw(head + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 100 + b"0\r\n\r\n")
    assert not answer or status_of(answer) == 413


def test_expect_continue(server):
    with server.connect() as line:
        line.sendall(b"POST /echo HTTP/1.1\r\n" + HOST + CLOSE + b"Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 100 ")
        line.sendall(b"{}")
        assert status_of(read_all(line)) == 200
    # what would be refused is refused before it is sent
    answer = server.raw(b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 999999999\r\nExpect: 100-continue\r\n\r\n")
    assert status_of(answer) == 413


def test_methods(server):
    for method in ("PUT", "DELETE", "TRACE", "BREW", "get"):
        status, fields, body = server.ask(method, "/echo")
        assert status == 405, method
        assert set(fields["allow"].split(", ")) == {"GET", "HEAD", "POST", "PATCH", "OPTIONS"}
        assert json.loads(body)["code"] == "http.method_not_here"
    status, fields, body = server.ask("OPTIONS", "/needs/17")
    assert status == 204 and fields["allow"] == "GET, HEAD, OPTIONS" and body == b""
    assert server.ask("OPTIONS", "*")[0] == 204
    assert server.ask("OPTIONS", "/nowhere")[0] == 404


def test_head_is_get_without_body(server):
    got = server.ask("GET", "/echo")
    status, fields, body = server.ask("HEAD", "/needs/x")
    assert status == 200 and body == b"" and int(fields["content-length"]) > 100
    assert server.ask("HEAD", "/nowhere")[0] == 404 and got[0] == 200


def test_routes(server):
    def captures(target):
        return json.loads(server.ask("GET", target)[2])["captures"]

    assert captures("/needs/17") == ["17"]
    assert captures("/api/v1/needs/17") == ["17"]
    assert captures("/needs/17.json") == ["17"]
    assert server.ask("GET", "/needs/new")[2] == "你好\n".encode()
    assert server.ask("GET", "/openapi.json")[2] == "你好\n".encode()
    assert server.ask("GET", "/api/v1")[0] == 404
    assert server.form("/needs/17/say", b"")[2] == "你好\n".encode()
    assert server.form("/needs/17/answer", b"")[0] == 401


@pytest.mark.parametrize(
    ("target", "accept", "media"),
    [
        ("/echo", None, 1),
        ("/echo", "", 1),
        ("/echo", "*/*", 1),
        ("/echo", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 1),
        ("/echo", "application/json", 2),
        ("/echo", "application/*", 2),
        ("/echo", "APPLICATION/JSON;q=1.0", 2),
        ("/echo", "text/html;q=0.5, application/json;q=0.8", 2),
        ("/echo", "text/html;q=0.8, application/json;q=0.8", 1),
        ("/echo", "application/json;q=0, */*", 1),
        ("/echo", "text/csv", 3),
        ("/echo", "application/atom+xml", 4),
        ("/echo", "text/plain", 5),
        ("/echo", "text/*;q=0.3, text/plain;q=0.5", 5),
        ("/api/v1/echo", "text/html", 2),
        ("/echo.csv", "text/html", 3),
        ("/echo.atom", None, 4),
    ],
)
def test_media(server, target, accept, media):
    fields = [] if accept is None else [f"Accept: {accept}"]
    status, _, body = server.ask("GET", target, *fields)
    assert status == 200 and json.loads(body)["media"] == media


def test_what_nobody_can_give_is_406(server):
    for accept in ("image/png", "application/json;q=0", "text/html;q=0, application/json;q=0.000"):
        status, _, body = server.ask("GET", "/echo", f"Accept: {accept}")
        assert status == 406, accept
        assert json.loads(body)["code"] == "http.accept"


@pytest.mark.parametrize(
    ("target", "fields", "lang"),
    [
        ("/echo", [], "zh-CN"),
        ("/echo", ["Accept-Language: en-GB,en;q=0.9,zh;q=0.8"], "en"),
        ("/echo", ["Accept-Language: fr, zh-Hans-CN;q=0.2, en;q=0.1"], "zh-CN"),
        ("/echo", ["Accept-Language: zh;q=0, en;q=0.001"], "en"),
        ("/echo", ["Accept-Language: \xe9\xe8;q=x, en"], "en"),
        ("/echo", ["Accept-Language: en", "Cookie: a=b; lang=zh-CN"], "zh-CN"),
        ("/echo?lang=en", ["Cookie: lang=zh-CN"], "en"),
        ("/echo?lang=xx", ["Accept-Language: en"], "en"),
    ],
)
def test_language(server, target, fields, lang):
    status, _, body = server.ask("GET", target, *fields)
    assert status == 200 and json.loads(body)["lang"] == lang


def test_problems_speak_the_readers_language(server):
    assert json.loads(server.ask("GET", "/nowhere?lang=en")[2])["title"] == "Not found"
    assert json.loads(server.ask("GET", "/nowhere?lang=zh-CN")[2])["title"] == "没有找到"
    bad = json.loads(server.ask("GET", "/echo%00?lang=en")[2])
    assert "address" in bad["detail"]


def test_looks_are_kept_in_cookies(server):
    answer = server.raw(b"GET /echo?size=large&theme=dark&lang=en HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n").decode()
    for cookie in ("lang=en", "size=large", "theme=dark"):
        assert f"Set-Cookie: {cookie}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly\r\n" in answer
    shown = json.loads(server.ask("GET", "/echo", "Cookie: size=large; theme=dark")[2])
    assert shown["large"] is True and shown["theme"] == "dark"
    assert "set-cookie" not in server.ask("GET", "/echo?size=huge&theme=x%0d%0aSet-Cookie:a&lang=fr")[1]


def test_fields_of_every_reply(server):
    for target in ("/", "/nowhere", "/echo%00", "/mine"):
        _, fields, _ = server.ask("GET", target)
        assert "default-src 'none'" in fields["content-security-policy"]
        assert "frame-ancestors 'none'" in fields["content-security-policy"]
        assert "unsafe" not in fields["content-security-policy"]
        assert fields["x-content-type-options"] == "nosniff"
        assert fields["referrer-policy"] == "same-origin"
        assert "camera=()" in fields["permissions-policy"]
        assert "Cookie" in fields["vary"]
        assert "cache-control" in fields
        assert "server" not in fields


def test_tags(server):
    status, fields, body = server.ask("GET", "/tagged")
    tag = fields["etag"]
    assert status == 200 and body and fields["cache-control"] == "no-cache"
    for given_tag in (tag, f'"other", {tag}', f"W/{tag}", "*", f"{tag} , W/\"x\""):
        status, fields, body = server.ask("GET", "/tagged", f"If-None-Match: {given_tag}")
        assert status == 304 and body == b"" and fields["etag"] == tag
        assert fields["cache-control"] == "no-cache" and "Cookie" in fields["vary"]
    for other in ('"other"', "nonsense", '"', tag[:-1], "W/"):
        assert server.ask("GET", "/tagged", f"If-None-Match: {other}")[0] == 200
    variants = {
        server.ask("GET", "/tagged", *fields)[1]["etag"]
        for fields in ([], ["Accept-Language: en"], ["Accept: application/json"], ["Cookie: size=large"], ["Cookie: theme=dark"], ["Cookie: theme=light"])
    }
    assert len(variants) == 6
    status, fields, _ = server.ask("GET", "/tagged", f"If-None-Match: {tag}", "Cookie: who=7")
    assert status == 200 and "etag" not in fields and fields["cache-control"] == "private, no-store"


def test_conditions_on_writing(server):
    tag = server.ask("GET", "/tagged")[1]["etag"]
    status, fields, _ = server.form("/tagged", b"", f"If-Match: {tag}")
    assert status == 303 and fields["location"] == "/tagged?receipt=18"
    assert server.form("/tagged", b"", "If-Match: *")[0] == 303
    assert server.form("/tagged", b"")[0] == 428
    for other in ('"16-0"', f"W/{tag}", '"170-1"', "17"):
        assert server.form("/tagged", b"", f"If-Match: {other}")[0] == 412


def test_signed_in_only(server):
    status, fields, body = server.ask("GET", "/mine")
    assert status == 401 and fields["www-authenticate"].startswith("Bearer") and json.loads(body)["code"] == "http.sign_in"
    status, fields, _ = server.ask("GET", "/mine", "Cookie: who=7")
    assert status == 200 and fields["cache-control"] == "private, no-store"


def test_forged_posts_are_refused(server):
    cookie = "Cookie: who=7"
    assert server.form("/needs/1/answer", b"a=1", cookie)[0] == 403
    assert server.form("/needs/1/answer", b"a=1&csrf=wrong", cookie)[0] == 403
    assert server.form("/needs/1/answer", b"a=1&csrf=csrf-of-8", cookie)[0] == 403
    assert server.form("/needs/1/answer", b"a=1&csrf=csrf-of-7", cookie)[0] == 200
    assert server.json("/needs/1/answer", b"{}", cookie)[0] == 403
    assert server.json("/needs/1/answer", b"{}", cookie, "X-CSRF-Token: csrf-of-7")[0] == 200
    assert server.json("/needs/1/answer", b"{}", "Authorization: Bearer x")[0] == 200
    good = b"csrf=csrf-of-7"
    assert server.form("/needs/1/answer", good, cookie, "Origin: http://evil.example")[0] == 403
    assert server.form("/needs/1/answer", good, cookie, "Origin: http://localhost")[0] == 200
    assert server.form("/needs/1/answer", good, cookie, "Origin: null")[0] == 200
    assert server.form("/needs/1/answer", good, cookie, "Sec-Fetch-Site: cross-site")[0] == 403
    assert server.form("/needs/1/say", b"", "Origin: http://evil.example")[0] == 403


def test_field_errors_have_pointers(server):
    status, _, body = server.ask("GET", "/field")
    assert status == 422
    assert json.loads(body)["errors"][0]["pointer"] == "/title~1~0x"


def test_keep_alive_and_pipelining(server):
    with server.connect() as line:
        one = b"GET /echo?n=%d HTTP/1.1\r\n" + HOST
        line.sendall(b"".join(one % i + (CLOSE if i == 19 else b"") + b"\r\n" for i in range(20)))
        answers = read_all(line)
    assert answers.count(b"HTTP/1.1 200 ") == 20
    order = [answers.find(b'["n","%d"]' % i) for i in range(20)]
    assert -1 not in order and order == sorted(order)
    with server.connect() as line:
        for i in range(50):
            body = b'{"n":%d}' % i
            line.sendall(b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            answer = b""
            while b'"https":false}' not in answer:
                answer += line.recv(65536)
            assert body in answer


def test_a_large_answer_arrives_whole(server):
    _, fields, body = server.ask("GET", "/large")
    assert len(body) == 65536 * 64 == int(fields["content-length"])


def test_latin1_and_odd_fields_do_no_harm(server):
    odd = ["User-Agent: caf\xe9", "Cookie: a=\xff; lang=en", "Accept: \xe9/\xe9, application/json", "X-Empty:", "Referer: \xff\xfe"]
    status, _, body = server.ask("GET", "/echo", *odd)
    assert status == 200 and json.loads(body)["lang"] == "en" and json.loads(body)["media"] == 2


def test_forwarded_addresses():
    believing = Server("proxies=127.0.0.0/8 10.0.0.0/8 fd00::/8")
    try:
        def seen(*fields):
            return json.loads(believing.ask("GET", "/echo", *fields)[2])

        assert seen()["address"] == "127.0.0.1" and seen()["loopback"] is True
        one = seen("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https")
        assert one["address"] == "203.0.113.9" and one["loopback"] is False and one["https"] is True
        # what stands left of the first stranger was written by him
        assert seen("X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.1.2.3")["address"] == "203.0.113.9"
        assert seen("X-Forwarded-For: 1.1.1.1, 203.0.113.9", "X-Forwarded-For: 10.1.2.3")["address"] == "203.0.113.9"
        assert seen("X-Forwarded-For: 2001:db8::7, fd00::1")["address"] == "2001:db8::7"
        assert seen("X-Forwarded-For: [2001:db8::7]:443")["address"] == "2001:db8::7"
        assert seen("X-Forwarded-For: nonsense, 10.1.2.3")["address"] == "10.1.2.3"
        assert seen("X-Forwarded-For: 127.0.0.1")["loopback"] is False
        # a name that was made to point here
        other = believing.raw(b"GET /echo HTTP/1.1\r\nHost: evil.example\r\n" + CLOSE + b"\r\n")
        assert json.loads(parse(other)[2])["loopback"] is False
    finally:
        believing.stop()


def test_forwarded_addresses_of_strangers_are_not_believed(server):
    shown = json.loads(server.ask("GET", "/echo", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https")[2])
    assert shown["address"] == "127.0.0.1" and shown["https"] is False
    assert shown["loopback"] is False, "whoever came through a proxy is not on this machine"


def test_both_families_on_one_socket():
    both = Server("address=::")
    try:
        assert json.loads(both.ask("GET", "/echo")[2])["address"] == "127.0.0.1"
        with socket.create_connection(("::1", both.port), timeout=5) as line:
            line.sendall(b"GET /echo HTTP/1.1\r\nHost: [::1]:8080\r\n" + CLOSE + b"\r\n")
            shown = json.loads(parse(read_all(line))[2])
        assert shown["address"] == "::1" and shown["loopback"] is True
    finally:
        both.stop()


def test_what_cannot_be_listened_on_is_said(server):
    for words, message in ((["address=nonsense"], "http.address"), ([f"port={server.port}"], "http.start"), (["proxies=10.0.0.0/99"], "http.network")):
        done = subprocess.run([server.path, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=10)
        assert done.returncode == 1 and message in done.stderr.decode()


def test_limits():
    limited = Server("rate=20")
    try:
        statuses = [limited.ask("GET", "/")[0] for _ in range(25)]
        assert statuses[:20] == [200] * 20 and statuses[-1] == 429
        status, fields, body = limited.ask("GET", "/")
        assert status == 429 and 1 <= int(fields["retry-after"]) <= 3 and json.loads(body)["code"] == "http.limit"
        # who is signed in has an account's own measure; changing costs five
        assert limited.ask("GET", "/", "Cookie: who=1")[0] == 200
        posts = [limited.form("/needs/1/say", b"csrf=csrf-of-2", "Cookie: who=2")[0] for _ in range(6)]
        assert posts[:4] == [200] * 4 and posts[-1] == 429
    finally:
        limited.stop()


def test_the_log_names_no_one(server):
    server.ask("GET", "/needs/secret-marker?q=secret-marker", "Cookie: who=7; x=secret-marker", "User-Agent: secret-marker")
    time.sleep(0.2)
    line = json.loads(server.log[-1])
    assert line["route"] == "/needs/:n" and line["status"] == 200 and line["bytes"] > 0
    assert not any("secret-marker" in line or "127.0.0.1" in line for line in server.log)


def dribble(server, parts, pause):
    """Sends parts with pauses; returns (seconds until the line was cut, what was answered)."""
    began = time.monotonic()
    with server.connect(10) as line:
        try:
            for part in parts:
                line.sendall(part)
                line.settimeout(pause)
                try:
                    answer = line.recv(65536)
                    return time.monotonic() - began, answer
                except socket.timeout:
                    pass
        except (BrokenPipeError, ConnectionResetError):
            pass
        return time.monotonic() - began, b""


def test_total_deadlines():
    """First byte 300 ms, head 1 s, body 1 s: a byte now and then buys no time."""
    impatient = Server(0, 300, 1000, 1000, 1000)
    try:
        with impatient.connect() as line:
            began = time.monotonic()
            assert line.recv(1) == b"" and 0.2 < time.monotonic() - began < 1.5
        seconds, answer = dribble(impatient, [b"G", b"E", b"T", b" ", b"/"] * 20, 0.2)
        assert answer == b"" and 0.8 < seconds < 2.5
        head = b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        seconds, answer = dribble(impatient, [head] + [b" "] * 50, 0.2)
        assert answer == b"" and 0.8 < seconds < 2.5
        # an idle line is given back after the wait for a first byte
        with impatient.connect() as line:
            line.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
            assert line.recv(65536).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
            assert line.recv(1) == b"" and 0.2 < time.monotonic() - began < 1.5
        # whoever works long is not late
        assert impatient.ask("GET", "/slow")[0] == 200
    finally:
        impatient.stop()


@pytest.mark.long
def test_a_reader_who_does_not_read_is_given_up():
    """The answer's time is 1 s and one more for every 32 KiB of its 4 MiB."""
    impatient = Server(0, 300, 1000, 1000, 1000)
    try:
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", impatient.port))
            line.sendall(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
            time.sleep(125)
            assert impatient.ask("GET", "/")[0] == 200
            time.sleep(8)
            assert len(read_all(line)) < 4 << 20
    finally:
        impatient.stop()


def test_idempotency_keys(server):
    assert server.json("/echo", b"{}", "Idempotency-Key: " + "k" * 200)[0] == 200
    assert server.json("/echo", b"{}", 'Idempotency-Key: "' + "k" * 200 + '"')[0] == 200
    assert server.json("/echo", b"{}", "Idempotency-Key: " + "k" * 201)[0] == 400


def crowd(server, idle, dribbling, seconds):
    """Keeps connections up that ask for nothing, and measures what an honest client waits, from half time on."""
    import selectors

    chosen = selectors.DefaultSelector()
    stop = threading.Event()
    counts = {"opened": 0}

    def open_one(kind):
        line = socket.socket()
        line.setblocking(False)
        line.connect_ex(("127.0.0.1", server.port))
        chosen.register(line, selectors.EVENT_READ, kind)
        counts["opened"] += 1
        return line

    def run():
        lines = {open_one("idle") for _ in range(idle)} | {open_one("dribble") for _ in range(dribbling)}
        dribbled = time.monotonic()
        while not stop.is_set():
            for key, _ in chosen.select(0.05):
                line = key.fileobj
                try:
                    gone = not line.recv(1000)
                except BlockingIOError:
                    gone = False
                except OSError:
                    gone = True
                if gone:
                    chosen.unregister(line)
                    line.close()
                    lines.discard(line)
                    lines.add(open_one(key.data))
            if time.monotonic() - dribbled > 0.5:
                dribbled = time.monotonic()
                for key in list(chosen.get_map().values()):
                    if key.data == "dribble":
                        try:
                            key.fileobj.send(b"G")
                        except OSError:
                            pass
        for line in lines:
            line.close()

    attackers = threading.Thread(target=run, daemon=True)
    attackers.start()
    waits, began = [], time.monotonic()
    while time.monotonic() - began < seconds:
        asked = time.monotonic()
        assert server.ask("GET", "/")[0] == 200
        if asked - began > seconds / 2:
            waits.append(time.monotonic() - asked)
        time.sleep(0.05)
    stop.set()
    attackers.join(10)
    return sorted(waits), counts["opened"]


def test_a_crowd_leaves_room_for_an_honest_client():
    small = Server(64)
    try:
        waits, opened = crowd(small, 60, 20, 6)
        assert opened > 80 and waits[-1] < 1.0, (waits[-5:], opened)
    finally:
        small.stop()


@pytest.mark.long
def test_the_full_crowd():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    full = Server()
    try:
        waits, opened = crowd(full, 2000, 500, 30)
        print(f"{len(waits)} pages, median {waits[len(waits) // 2]:.3f} s, longest {waits[-1]:.3f} s, {opened} connections opened")
        assert waits[-1] < 1.0, waits[-5:]
    finally:
        full.stop()


def test_many_clients_at_once(server):
    faults = []

    def client(n):
        try:
            for i in range(20):
                body = b'{"client":%d,"i":%d}' % (n, i)
                status, _, answer = server.json("/echo", body)
                assert status == 200 and body in answer
        except AssertionError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_stopping_lets_requests_finish():
    stopping = Server()
    with stopping.connect() as idle, stopping.connect() as line:
        line.sendall(b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n")
        time.sleep(0.3)
        stopping.process.stdin.close()
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        assert idle.recv(1) == b""
    assert stopping.process.wait(5) == 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_make_it_fail(server, target, value, body):
    """Whatever stands in target, field and body: an answer below 500 (or none), and the server lives."""
    with server.connect(3) as line:
        line.sendall(b"POST /" + target + b" HTTP/1.1\r\n" + HOST + CLOSE + b"Cookie: " + value + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        line.shutdown(socket.SHUT_WR)
        answer = read_all(line)
    if answer:
        assert status_of(answer) < 500 or status_of(answer) == 505
    assert server.process.poll() is None
