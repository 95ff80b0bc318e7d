# SPDX-License-Identifier: AGPL-3.0-or-later
"""Witnesses both ways: two regions cosign each other; a witness that we did not write cosigns, and misbehaves."""
import base64
import hashlib
import http.server
import threading
import time

import pytest

import ed25519
import region as regions


def address(region):
    return f"http://127.0.0.1:{region.server.port}"


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


class Witness:
    """C2SP tlog-witness in forty lines: it trusts whoever asks, which is enough here. `mood`: how it misbehaves."""

    name = "newspaper.example/w"
    seed = bytes(range(32))

    def __init__(self):
        self.mood, self.sizes, self.asked = "honest", {}, 0
        witness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, media, answer = witness.answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", media)
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def key(self):
        public = ed25519.public(self.seed)
        typed = base64.b64encode(b"\x04" + public).decode()
        return f"{self.name}+{key_id(self.name, 4, public).hex()}+{typed}"

    def answer(self, path, body):
        self.asked += 1
        assert path == "/add-checkpoint"
        old, checkpoint = body.split("\n\n", 1)
        text = checkpoint.split("\n\n", 1)[0] + "\n"
        origin, size = text.split("\n")[0], int(text.split("\n")[1])
        old = int(old.split("\n")[0].removeprefix("old "))
        if self.mood == "hangs":
            time.sleep(8)
        if self.mood == "refuses":
            return 403, "text/plain", "no\n"
        if self.mood == "ahead":
            return 409, "text/x.tlog.size", f"{size + 1000}\n"
        if self.mood == "garbage":
            return 200, "text/plain", "— \x00\x01 nothing\n"
        if old != self.sizes.get(origin, 0):
            return 409, "text/x.tlog.size", f"{self.sizes.get(origin, 0)}\n"
        self.sizes[origin] = size
        return 200, "text/plain", self.line(text)

    def line(self, text):
        seconds = int(time.time())
        said = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        signature = bytearray(ed25519.sign(self.seed, said))
        signature[3] ^= self.mood == "forges"
        raw = key_id(self.name, 4, ed25519.public(self.seed)) + seconds.to_bytes(8, "big") + bytes(signature)
        return f"— {self.name} {base64.b64encode(raw).decode()}\n"


@pytest.fixture()
def witness():
    made = Witness()
    yield made
    made.server.shutdown()
    made.server.server_close()


def policy(region, *witnesses, quorum="any"):
    lines = [f"witness w{i} {key} {url}" for i, (key, url) in enumerate(witnesses)]
    names = " ".join(f"w{i}" for i in range(len(witnesses)))
    text = "\n".join([*lines, f"group g {quorum} {names}", "quorum g"]) + "\n"
    (region.folder / "keys/policy").write_text(text)
    return region.folder / "keys/policy"


def restart(region):
    region.stop()
    region.start()


def cosigned_by(region, name):
    return f"— {name} " in region.nobody.get("/log/checkpoint").body.decode()


def test_a_newspaper_cosigns_and_its_absence_delays_nobody(region, lianxi, witness, tmp_path):
    file = policy(region, (witness.key(), witness.address))
    restart(region)
    regions.wait_for(lambda: cosigned_by(region, witness.name))
    assert "enough" in lianxi("verify", address(region), "--policy", file).stdout
    # a receipt carries it
    assert witness.name in region.nobody.get("/log/proof/1").body.decode()
    # grown: asked with a proof from what it has seen
    regions.submit(region)
    size = region.entries
    regions.wait_for(lambda: witness.sizes.get("founded/log") == size or size in witness.sizes.values())
    regions.wait_for(lambda: cosigned_by(region, witness.name))
    for mood in ("hangs", "refuses", "ahead", "garbage", "forges"):
        witness.mood = mood
        asked = witness.asked
        regions.submit(region, title=f"需求 {mood}")
        began = time.monotonic()
        regions.wait_for(lambda: region.entries == int(region.nobody.get("/log/checkpoint").body.split(b"\n")[1]))
        assert time.monotonic() - began < 5
        regions.wait_for(lambda: witness.asked > asked)
        time.sleep(0.3)
        assert not cosigned_by(region, witness.name), mood
        done = lianxi("verify", address(region), "--policy", file, code=None)
        assert done.returncode == 1 and "not cosigned" in done.stdout
    witness.mood = "honest"
    witness.sizes.clear()  # it lost its memory: the region begins anew with it
    regions.wait_for(lambda: cosigned_by(region, witness.name), 30)


def test_two_regions_witness_each_other(founded, region, lianxi, tmp_path):
    other = founded.copy(tmp_path / "other")
    lianxi("keygen", other.folder, "--witness", "other.example/witness")
    (other.folder / "keys/witnessed").write_text(f"log {region.nobody.get('/log/key').body.decode().strip()}\nquorum none\n")
    other.start()
    try:
        key = other.nobody.get("/log/witness").body.decode().strip()
        policy(region, (key, address(other) + "/log"))
        restart(region)
        regions.wait_for(lambda: cosigned_by(region, "other.example/witness"))
        origin = region.nobody.get("/log/checkpoint").body.decode().split("\n")[0]
        path = f"/log/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
        seen = other.nobody.get(path).body.decode()
        assert seen.startswith(origin + "\n") and "— other.example/witness " in seen
        assert other.nobody.ask("GET", f"/log/{'0' * 64}/checkpoint").status == 404
        # an operator that puts back an older record is not cosigned: the witness has seen more
        regions.submit(region)
        regions.wait_for(lambda: cosigned_by(region, "other.example/witness"))
    finally:
        other.kill()


def test_what_is_no_request_is_refused(founded, lianxi, tmp_path, region):
    assert region.nobody.ask("POST", "/log/add-checkpoint", b"old 0\n\nx").status == 404  # no witness here
    other = founded.copy(tmp_path / "other")
    lianxi("keygen", other.folder, "--witness", "other.example/witness")
    other.start()
    try:
        for body, status in ((b"", 400), (b"\xff\xfe", 400), (b"old -1\n\nx\n", 400), (b"old 0\n\nx\n1\ny\n\n", 404),
                             (b"old 0\n" + b"A" * 70000, 413)):
            answer = other.nobody.ask("POST", "/log/add-checkpoint", body)
            assert answer.status == status, (body[:20], answer.status)
    finally:
        other.kill()


def test_a_policy_that_cannot_be_read_stops_the_start(region, lianxi):
    region.stop()
    (region.folder / "keys/policy").write_text("witness w nonsense\nquorum w\n")
    done = lianxi("serve", region.folder, "--listen", "127.0.0.1:0", code=None)
    assert done.returncode == 2 and "keys/policy" in done.stderr and "1" in done.stderr
