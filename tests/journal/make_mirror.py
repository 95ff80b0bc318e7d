#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole record that no program of ours in C has touched, written from docs/journal.md and docs/record.md: make_mirror.py FOLDER

The same bytes every time: they are kept in tests/fixtures/journal/mirror, and both readers must take them. It has entries of formats 0 and 1,
every effect, shut entries, contents (one withdrawn), proofs by both algorithms, a few needs and the vouchers of a fund, and a full tile.
"""
import base64
import hashlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import ed25519  # noqa: E402
import sm2  # noqa: E402

ORIGIN, BEGAN = "mirror.example/log", 1795000000000
LOG_SEED, OWN_SEED, OWN_SM2 = bytes(range(32)), bytes(range(100, 132)), 0x1234567890ABCDEF
ASKER = "p:00112233445566778899aabbccddeeff"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def base(data):
    return base64.b64encode(data).decode()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Writer:
    """Entries one after the other, and the contents that they bind."""

    def __init__(self):
        self.entries, self.contents, self.bound = [], {}, 0

    def add(self, act, of, by, do, **more):
        n = len(self.entries) + 1
        entry = {"format": 0 if n <= 20 else 1, "n": n, "at": BEGAN + 1000 * n, "act": act, "of": of, "v": 1, "by": by, "do": do, **more}
        self.entries.append(canonical(entry))
        return n

    def shut(self, type, inner):
        n = len(self.entries) + 1
        commitment = base(sha(sha(b"inner", bytes([n % 256])), canonical(inner)))
        self.entries.append(canonical({"format": 0 if n <= 20 else 1, "n": n, "at": BEGAN + 1000 * n, "shut": type, "inner": commitment}))

    def content(self, text):
        """Lays a content down: its reference and commitment."""
        self.bound += 1
        salt, data = sha(b"salt", bytes([self.bound])), text.encode()
        self.contents[f"content/{self.bound}"] = salt + data
        return f"content/{self.bound}", base(sha(salt, data))

    def proof(self, act, of, row, made=False):
        """As `lianxi sign` makes it, of an input that nobody keeps."""
        n = len(self.entries) + 1
        algorithm = "ed25519" if row == 1 else "sm2"
        said = {"input": base(sha(b"input", bytes([n % 256]))), "key": f"mandate/1#key.{row}", "log": ORIGIN,
                "nonce": sha(b"nonce", n.to_bytes(4, "big"))[:16].hex(), "until": BEGAN + 1000 * n + 86400000}
        statement = canonical({**said, "what": "lianxi order 1", "act": act, "of": of.split("/")[0] + "/new" if made else of})
        signature = ed25519.sign(OWN_SEED, statement) if row == 1 else sm2.sign(OWN_SM2, statement, 7 * n + 12345)
        return {**said, "algorithm": algorithm, "signature": base(signature), **({"made": True} if made else {})}


def write_needs(w):
    title, first = w.content("地铁 11 号线延伸到花桥")
    text, second = w.content("早晚高峰间隔超过四十分钟。")
    w.add("need.submit", "need/1", ASKER, [["set", "asker", ASKER], ["set", "title", title], ["set", "text", text],
          ["set", "category", "transport"], ["set", "state", "submitted"]], **{"as": "resident"}, **{"with": {title: first, text: second}})
    w.add("need.route", "need/1", "mandate/1", [["set", "lead", "member/1"], ["row", "helper", 1, {"member": "member/2"}],
          ["set", "state", "routed"], ["term", "answer_by", "runs", BEGAN + 864000000, BEGAN + 700000000]],
          proof=w.proof("need.route", "need/1", 1), **{"as": "secretariat", "for": "body/1"})
    w.add("need.late", "need/1", "clock", [["term", "answer_by", "late", BEGAN + 864000000]])
    bad, third = w.content("应当撤回的标题")
    w.add("need.submit", "need/2", ASKER, [["set", "asker", ASKER], ["set", "title", bad], ["set", "state", "submitted"]], **{"with": {bad: third}})
    w.add("need.gone", "need/2", "mandate/1", [["gone", bad, "7.2"]], **{"for": "body/1"})
    del w.contents[bad]
    w.add("need.extend", "need/1", "mandate/1", [["ask", 1, {"act": "extend", "input": {}, "rule": "need.extend", "voices": ["body/1"],
          "until": BEGAN + 900000000}]], proof=w.proof("need.extend", "need/1", 2))
    w.add("need.say", "need/1", "mandate/1", [["say", 1, "body/1", "yes", None, "2027-02-10"]])
    w.add("need.count", "need/1", "clock", [["close", 1, "granted"]], consent=1)
    w.add("need.help", "need/1", "mandate/1", [["row", "helper", 1, None], ["rows", "helper", ["member"], 2, [["member/2"], ["member/3"]]]])
    w.shut("agreement", {"act": "agreement.draft", "of": "agreement/1", "v": 1, "by": "mandate/1", "do": [["set", "state", "draft"]]})


def write_fund(w):
    for n in (1, 2):
        w.add("ledger.open", f"ledger/{n}", "mandate/1", [["set", "state", "open"]])
    moves = [("settled", "2027-01-05", "150000"), ("called", "2027-01-20", "50000"), ("recorded", "2027-01-20", "999"), ("settled", "2027-02-01", "1")]
    for n, (state, day, amount) in enumerate(moves, 1):
        w.add("voucher.receive", f"voucher/{n}", "mandate/1", [["set", "kind", "receipt"], ["set", "amount", amount], ["set", "day", day],
              ["rows", "posting", ["ledger", "side", "amount"], 1, [["ledger/1", "debit", amount], ["ledger/2", "credit", amount]]],
              ["set", "state", state]])


def write_record():
    w = Writer()
    keys = {1: ("ed25519", ed25519.public(OWN_SEED)), 2: ("sm2", sm2.public(OWN_SM2))}
    w.add("mandate.first", "mandate/1", "init", [["set", "holder", "body/1"], ["set", "office", "officer"], ["set", "state", "valid"]])
    for row, (algorithm, public) in keys.items():
        w.add("mandate.register_key", "mandate/1", "p:" + "0" * 32, [["row", "key", row, {"algorithm": algorithm, "public": public.hex()}]])
    write_needs(w)
    write_fund(w)
    for n in range(3, 280):
        made = n % 100 == 0
        w.add("need.submit", f"need/{n}", "mandate/1" if made else ASKER, [["set", "category", "water"], ["set", "state", "submitted"]],
              **({"proof": w.proof("need.submit", f"need/{n}", 1, True)} if made else {}))
    w.add("need.withdraw", "need/3", ASKER, [["set", "state", "withdrawn"]])
    w.add("mandate.revoke_key", "mandate/1", "p:" + "0" * 32, [["row", "key", 2, None]])
    return w


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return sha(b"\1", root_of(hashes[:k]), root_of(hashes[k:]))


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_tiles(log, entries):
    bundle = [len(entry).to_bytes(2, "big") + entry for entry in entries]
    level, hashes, pieces = 0, [sha(b"\0", entry) for entry in entries], bundle
    while hashes:
        for first in range(0, len(hashes), 256):
            width = min(256, len(hashes) - first)
            name = f"{first // 256:03}" + (f".p/{width}" if width < 256 else "")
            put(log / f"tile/{level}/{name}", b"".join(hashes[first:first + 256]))
            if level == 0:
                put(log / f"tile/entries/{name}", b"".join(pieces[first:first + 256]))
        hashes = [root_of(hashes[i:i + 256]) for i in range(0, len(hashes) // 256 * 256, 256)]
        level += 1


def main():
    log, w = pathlib.Path(sys.argv[1]) / "log", write_record()
    write_tiles(log, w.entries)
    for data in w.contents.values():
        put(log / f"content/{sha(data).hex()}", data)
    typed = b"\1" + ed25519.public(LOG_SEED)
    identity = sha(ORIGIN.encode(), b"\n", typed)[:4]
    put(log / "key", f"{ORIGIN}+{identity.hex()}+{base(typed)}\n".encode())
    text = f"{ORIGIN}\n{len(w.entries)}\n{base(root_of([sha(bytes([0]), entry) for entry in w.entries]))}\n"
    put(log / "checkpoint", f"{text}\n\u2014 {ORIGIN} {base(identity + ed25519.sign(LOG_SEED, text.encode()))}\n".encode())


if __name__ == "__main__":
    main()
