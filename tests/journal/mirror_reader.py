#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second reader: a whole public record from the files of a mirror alone, after docs/journal.md and docs/record.md.

    mirror_reader.py FOLDER [--key VKEY] [--day 2027-01-31 …]

Verifies the checkpoint's signature, every tile and bundle against its root, the form of every entry, every content, every proof; then
derives the state of each need and the fund's balances at each day, and prints them as JSON. Exit code 1 names the first fault.
"""
import argparse
import base64
import hashlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import ed25519  # noqa: E402: signatures by their definitions, beside this folder
import sm2  # noqa: E402

SAFE, WIDTH = 2**53 - 1, 256
BOOKED = {"called", "settled", "reversed", "mirror"}  # what stands in the fund's books (modules/fund/README.md)


class Fault(Exception):
    """The first thing found wrong: where, and what."""


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- record.md: signed notes, checkpoints, tiles ------------------------------------------------

def verify_note(note, vkey):
    """The text of a note that the key signed."""
    name, identity, key = vkey.strip().split("+", 2)
    typed = base64.b64decode(key)
    if sha(name.encode(), b"\n", typed)[:4].hex() != identity or typed[0] != 1 or len(typed) != 33:
        raise Fault("key: not one of Ed25519")
    text, _, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        mark, signer, value = line.split(" ")
        value = base64.b64decode(value)
        if mark == "\u2014" and signer == name and value[:4].hex() == identity:
            if ed25519.verify(typed[1:], (text + "\n").encode(), value[4:]):
                return name, text + "\n"
            raise Fault("checkpoint: its signature does not hold")
    raise Fault("checkpoint: not signed by this key")


def checkpoint(folder, vkey):
    name, text = verify_note((folder / "checkpoint").read_text(encoding="utf-8"), vkey)
    origin, size, root = text.split("\n")[:3]
    if origin != name or str(int(size)) != size:
        raise Fault("checkpoint: of another log")
    return origin, int(size), base64.b64decode(root)


def path_of(level, number, width):
    groups, rest = [f"{number % 1000:03}"], number // 1000
    while rest:
        groups.insert(0, f"x{rest % 1000:03}")
        rest //= 1000
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < WIDTH else "")


def widths(count):
    """(number, width) of each tile that holds `count` things."""
    for number in range(count // WIDTH):
        yield number, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH


def root_of(hashes):
    """RFC 6962, 2.1, over hashes of leaves."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha(b"")
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", root_of(hashes[:k]), root_of(hashes[k:]))


def verify_tiles(folder, leaves):
    level, hashes = 0, leaves
    while hashes:
        for number, width in widths(len(hashes)):
            path = path_of(level, number, width)
            if (folder / path).read_bytes() != b"".join(hashes[WIDTH * number:WIDTH * number + width]):
                raise Fault(f"{path}: not what the entries give")
        hashes = [root_of(hashes[i:i + WIDTH]) for i in range(0, len(hashes) - WIDTH + 1, WIDTH)]
        level += 1


def bundles(folder, size):
    for number, width in widths(size):
        path = path_of("entries", number, width)
        data, n = (folder / path).read_bytes(), 0
        while data:
            length = int.from_bytes(data[:2], "big")
            if len(data) < 2 + length:
                raise Fault(f"{path}: cut")
            yield data[2:2 + length]
            data, n = data[2 + length:], n + 1
        if n != width:
            raise Fault(f"{path}: {n} entries")


def no_twins(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def refuse(text):
    raise ValueError(f"not a whole number: {text}")


def narrow(value, depth=1):
    if isinstance(value, (dict, list)):
        if depth > 64:
            raise ValueError("more than 64 levels")
        for key in value if isinstance(value, dict) else ():
            if not all(" " <= c <= "~" and c not in '"\\' for c in key):
                raise ValueError("a key that is not plain ASCII")
        for item in value.values() if isinstance(value, dict) else value:
            narrow(item, depth + 1)
    elif isinstance(value, str) and "\0" in value or type(value) is int and abs(value) > SAFE:
        raise ValueError("NUL, or a number beyond 2^53 - 1")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def entry_of(data, n, last):
    """The entry of canonical bytes in its place."""
    try:
        entry = json.loads(data.decode(), object_pairs_hook=no_twins, parse_float=refuse, parse_constant=refuse)
        narrow(entry)
        if not isinstance(entry, dict) or canonical(entry) != data or len(data) > 65535:
            raise ValueError("not canonical, or too long")
        if entry.get("format") not in (0, 1) or entry.get("n") != n or not last <= entry["at"]:
            raise ValueError("format, number or moment")
        need = ("shut", "inner") if "shut" in entry else ("act", "of", "v", "by", "do")
        if any(member not in entry for member in need):
            raise ValueError("a member is missing")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Fault(f"entry {n}: {error}") from error
    return entry


# ---- journal.md, 3: effects ----------------------------------------------------------------------

def put(place, key, value):
    if value is None:
        place.pop(key, None)
    else:
        place[key] = value


def apply(record, name, *args):
    fields = record["fields"]
    if name == "set":
        put(fields, *args)
    elif name == "row" and args[2] is None:
        del record["rows"][args[0]][args[1]]
    elif name == "row":
        row = record["rows"].setdefault(args[0], {}).setdefault(args[1], {})
        for field, value in args[2].items():
            put(row, field, value)
    elif name == "rows":
        for n, values in enumerate(args[3], args[2]):
            apply(record, "row", args[0], n, dict(zip(args[1], values, strict=True)))
    elif name == "term":
        record["terms"][args[0]] = args[1]
        if args[1] != "rests" and not isinstance(fields.get(args[0]), str):
            put(fields, args[0], args[2])
    elif name == "ask":
        record["consents"][args[0]] = "open"
    elif name == "close":
        record["consents"][args[0]] = args[1]
    elif name == "gone":
        record["gone"].add(args[0])
    elif name != "say":
        raise ValueError(f"no effect {name}")


# ---- journal.md, 4a: proofs ----------------------------------------------------------------------

class Proofs:
    """Signatures of who acted, by the keys that the mandates had then."""

    def __init__(self, origin, records):
        self.origin, self.records, self.nonces = origin, records, set()

    def verify(self, n, entry, fresh):
        proof = entry["proof"]
        mandate, row = proof["key"].split("#key.")
        key = self.records[mandate]["rows"]["key"][int(row)]
        once = proof["key"], proof["nonce"]
        said = {name: proof[name] for name in ("input", "key", "log", "nonce", "until")}
        said.update(what="lianxi order 1", act=entry["act"], of=entry["of"].split("/")[0] + "/new" if fresh else entry["of"])
        verify = {"ed25519": ed25519.verify, "sm2": sm2.verify}[key["algorithm"]]
        if (mandate != entry["by"] or once in self.nonces or entry["at"] > proof["until"] or proof.get("made", False) != fresh or
                key["algorithm"] != proof["algorithm"] or not (self.origin + "/").startswith(proof["log"] + "/") or
                not verify(bytes.fromhex(key["public"]), canonical(said), base64.b64decode(proof["signature"]))):
            raise ValueError("the signature does not hold")
        self.nonces.add(once)


# ---- the whole -----------------------------------------------------------------------------------

def replay(entries, origin):
    """ "type/number" -> record, of the open effects; and "content/7" -> (commitment, its record)."""
    records, bound = {}, {}
    proofs = Proofs(origin, records)
    for entry in entries:
        of = entry.get("of")
        if of is None:
            continue  # shut: outsiders learn that it is there
        fresh = of not in records
        record = records.setdefault(of, {"fields": {}, "rows": {}, "terms": {}, "consents": {}, "gone": set()})
        try:
            if "proof" in entry:
                proofs.verify(entry["n"], entry, fresh)
            for effect in entry["do"]:
                apply(record, *effect)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise Fault(f"entry {entry['n']}: {error!r}") from error
        for ref, commitment in entry.get("with", {}).items():
            bound[ref] = commitment, of
    return records, bound, len(proofs.nonces)


def verify_contents(folder, records, bound):
    """Every content that is bound in the open gives its commitment, or an entry says that it is gone."""
    there = away = 0
    gone = set().union(*(record["gone"] for record in records.values())) if records else set()
    for ref, (commitment, of) in sorted(bound.items()):
        if not ref.startswith("content/"):
            continue
        address = base64.b64decode(commitment).hex()
        path = folder / "content" / address
        if path.exists():
            if sha(path.read_bytes()).hex() != address or ref in gone:
                raise Fault(f"content {address}: changed, or withdrawn and still there")
            there += 1
        elif ref in gone or "hidden" in records[of]["fields"]:
            away += 1
        else:
            raise Fault(f"content {address}: missing, and no entry says so")
    return there, away


def balances(records, day):
    sums = {}
    for of, record in records.items():
        fields = record["fields"]
        if of.startswith("voucher/") and fields["state"] in BOOKED and fields["day"] <= day:
            for line in record["rows"]["posting"].values():
                amount = int(line["amount"]) * (1 if line["side"] == "debit" else -1)
                sums[line["ledger"]] = sums.get(line["ledger"], 0) + amount
    return sums


def read(folder, vkey, days):
    log = pathlib.Path(folder) / "log"
    origin, size, root = checkpoint(log, vkey or (log / "key").read_text())
    entries, leaves, last = [], [], 0
    for data in bundles(log, size):
        entries.append(entry_of(data, len(entries) + 1, last))
        leaves.append(sha(b"\0", data))
        last = entries[-1]["at"]
    verify_tiles(log, leaves)
    if root_of(leaves) != root:
        raise Fault("checkpoint: its root is not that of the entries")
    records, bound, proofs = replay(entries, origin)
    contents, away = verify_contents(log, records, bound)
    return {"size": size, "root": base64.b64encode(root).decode(), "contents": contents, "away": away, "proofs": proofs,
            "needs": {of: record["fields"]["state"] for of, record in records.items() if of.startswith("need/")},
            "balances": {day: balances(records, day) for day in days}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--key")
    parser.add_argument("--day", action="append", default=[])
    options = parser.parse_args()
    try:
        result = read(options.folder, options.key, options.day)
    except (Fault, OSError, ValueError) as fault:
        sys.exit(f"reader: {fault}")
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
