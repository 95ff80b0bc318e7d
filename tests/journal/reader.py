#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""An independent reader of the journal, written from docs/journal.md alone; knows no institution.

    reader.py DATABASE [--open] [--type TYPE]

Verifies hashes, tree and what is kept beside, then prints the state of every record as JSON. With --open
it reads as an outsider does: open effects only, nothing kept beside. Exit code 1 names the first fault.
"""
import argparse
import base64
import hashlib
import json
import sqlite3
import sys

SAFE = 2**53 - 1
WIDTH = 256
STAGES = {"runs", "soon", "rests", "late", "over"}
OUTCOMES = {"granted", "refused", "overtaken"}


class Fault(Exception):
    """The first thing found wrong: where, and what."""


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def salted(salt, data):
    return base64.b64encode(sha(salt, data)).decode()


# ---- section 2: canonical objects --------------------------------------------------------------

def no_twins(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key stands twice")
    return dict(pairs)


def refuse(text):
    raise ValueError(f"not a whole number: {text}")


def narrow(value, depth=1):
    """Keys of printable ASCII, whole numbers within 2^53, no NUL, at most 64 levels."""
    if depth > 64:
        raise ValueError("more than 64 levels")
    if isinstance(value, dict):
        for key, item in value.items():
            if not all(" " <= c <= "~" and c not in '"\\' for c in key):
                raise ValueError("a key that is not plain ASCII")
            narrow(item, depth + 1 if isinstance(item, (dict, list)) else depth)
    elif isinstance(value, list):
        for item in value:
            narrow(item, depth + 1 if isinstance(item, (dict, list)) else depth)
    elif isinstance(value, str) and "\0" in value:
        raise ValueError("NUL in a text")
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > SAFE:
        raise ValueError("a number beyond 2^53 - 1")


def canonical(data, where):
    """The object of canonical bytes."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=no_twins, parse_float=refuse, parse_constant=refuse)
        if not isinstance(value, dict):
            raise ValueError("not an object")
        narrow(value)
    except (ValueError, RecursionError) as error:
        raise Fault(f"{where}: {error}") from error
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    if again != data:
        raise Fault(f"{where}: not canonical")
    return value


# ---- section 5: the tree -----------------------------------------------------------------------

def root_of(hashes):
    """RFC 6962, 2.1, over hashes of leaves."""
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", root_of(hashes[:k]), root_of(hashes[k:]))


def tiles_of(leaves):
    """(level, number) -> (root, hashes) of every full tile."""
    tiles, level, hashes = {}, 0, leaves
    while len(hashes) >= WIDTH:
        roots = []
        for i in range(len(hashes) // WIDTH):
            piece = hashes[WIDTH * i:WIDTH * (i + 1)]
            roots.append(root_of(piece))
            tiles[level, i] = (roots[-1], b"".join(piece))
        level, hashes = level + 1, roots
    return tiles


# ---- sections 4 and 6: what is kept beside, and verification ------------------------------------

class Journal:
    """The entries of a database: `entries` is a list of (open object, inner object or None)."""

    def __init__(self, path, outside=False):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.outside = outside
        self.entries, self.leaves, self.bound, self.gone = [], [], {}, {}

    def read(self):
        inner_parts = {} if self.outside else {
            n: (salt, data) for n, salt, data in self.db.execute("SELECT entry, salt, bytes FROM inner_part")}
        last = 0
        for n, leaf, data in self.db.execute("SELECT n, leaf, bytes FROM entry ORDER BY n"):
            where = f"entry {n}"
            entry = canonical(data, where)
            if n != len(self.entries) + 1 or entry.get("n") != n or entry.get("format") not in (0, 1):
                raise Fault(f"entry {len(self.entries) + 1}: number or format")
            if len(data) > 65535 or not isinstance(entry.get("at"), int) or entry["at"] < last:
                raise Fault(f"{where}: length or moment")
            last = entry["at"]
            if sha(b"\0", data) != leaf:
                raise Fault(f"{where}: does not match its hash")
            self.leaves.append(leaf)
            inner = None
            if not self.outside:
                inner = self.read_inner(where, entry, inner_parts.pop(n, None))
            self.entries.append((entry, inner))
            self.note(n, entry)
            self.note(n, inner or {})
        if inner_parts:
            raise Fault(f"entry {min(inner_parts)}: an inner part that it does not name")

    @staticmethod
    def read_inner(where, entry, part):
        if (part is None) != ("inner" not in entry):
            raise Fault(f"{where}: inner part missing or not named")
        if part is None:
            return None
        if salted(*part) != entry["inner"]:
            raise Fault(f"{where}: inner part does not match its hash")
        return canonical(part[1], f"{where}, inner part")

    def note(self, n, part):
        """Remembers what a part binds and what it says is gone."""
        for ref, commitment in part.get("with", {}).items():
            self.bound[ref] = commitment
        for effect in part.get("do", []):
            if effect[0] == "gone":
                self.gone[effect[1]] = n

    def verify(self):
        tiles = tiles_of(self.leaves)
        for level, number, root, hashes in self.db.execute("SELECT level, number, root, hashes FROM tile"):
            if tiles.pop((level, number), None) != (root, hashes):
                raise Fault(f"tile {level}/{number}: not what the entries give")
        if tiles:
            raise Fault(f"tile {min(tiles)}: missing")
        if not self.outside:
            for ref, commitment in sorted(self.bound.items()):
                self.verify_bound(ref, commitment)

    def verify_bound(self, ref, commitment):
        kind, _, number = ref.partition("/")
        if kind == "content":
            row = self.db.execute("SELECT commitment, salt, gone FROM content WHERE number = ?", (number,)).fetchone()
            chunks = self.db.execute("SELECT bytes FROM content_chunk WHERE place >= ? AND place < ? ORDER BY place",
                                     (int(number) * 4096, (int(number) + 1) * 4096)).fetchall()
            data, said = b"".join(chunk for chunk, in chunks), row and row[2]
        elif kind == "seal":
            row = self.db.execute("SELECT commitment, salt, text FROM seal WHERE number = ?", (number,)).fetchone()
            data, said = row and (row[2] or "").encode("utf-8"), self.gone.get(ref, 0)
        else:
            raise Fault(f"{ref}: neither content nor seal")
        if row is None or base64.b64encode(row[0]).decode() != commitment:
            raise Fault(f"{ref}: missing, or another commitment")
        if row[1] is None or data is None:
            if not self.gone.get(ref) or self.gone[ref] != said or data:
                raise Fault(f"{ref}: lost; no entry says that it is gone")
        elif ref in self.gone:
            raise Fault(f"{ref}: said to be gone, and still there")
        elif salted(row[1], data) != commitment:
            raise Fault(f"{ref}: was changed")

    # ---- sections 3 and 7: the records ----

    def records(self):
        """ "type/number" -> {"fields", "rows", "terms", "consents", "gone", "entries"}."""
        records = {}
        for entry, inner in self.entries:
            inner = inner or {}
            of = entry.get("of") or inner.get("of")
            if of is None:
                continue
            record = records.setdefault(
                of, {"fields": {}, "rows": {}, "terms": {}, "consents": {}, "gone": {}, "entries": []})
            for effect in entry.get("do", []) + inner.get("do", []):
                try:
                    apply(record, *effect)
                except (KeyError, TypeError, ValueError, IndexError) as error:
                    raise Fault(f"entry {entry['n']}: effect {effect}: {error!r}") from error
            record["entries"].append(entry["n"])
        return records


def put(place, key, value):
    """null empties."""
    if value is None:
        place.pop(key, None)
    else:
        place[key] = value


def apply(record, name, *args):
    EFFECTS[name](record, *args)


def apply_set(record, field, value):
    put(record["fields"], field, value)


def apply_row(record, rows, n, fields):
    rows = record["rows"].setdefault(rows, {})
    if fields is None:
        del rows[n]
        return
    row = rows.setdefault(n, {})
    for field, value in fields.items():
        put(row, field, value)


def apply_rows(record, rows, fields, first, values):
    for n, row in enumerate(values, first):
        if n in record["rows"].get(rows, {}) or len(row) != len(fields):
            raise ValueError(f"row {n}")
        apply_row(record, rows, n, dict(zip(fields, row)))


def apply_term(record, field, stage, moment, warn=None):
    if stage not in STAGES:
        raise ValueError(stage)
    record["terms"][field] = {"stage": stage, "moment": moment, "warn": warn}
    if stage != "rests" and not isinstance(record["fields"].get(field), str):
        put(record["fields"], field, moment)


def apply_ask(record, n, asked):
    if n in record["consents"]:
        raise ValueError(f"consent {n} asked twice")
    record["consents"][n] = {"asked": asked, "said": {}, "closed": None}


def apply_say(record, n, voice, answer, content=None, day=None):
    record["consents"][n]["said"][voice] = [part for part in (answer, content, day) if part is not None]


def apply_close(record, n, outcome):
    if outcome not in OUTCOMES:
        raise ValueError(outcome)
    record["consents"][n]["closed"] = outcome


def apply_gone(record, ref, ground):
    record["gone"][ref] = ground


EFFECTS = {"set": apply_set, "row": apply_row, "rows": apply_rows, "term": apply_term, "ask": apply_ask,
           "say": apply_say, "close": apply_close, "gone": apply_gone}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("database")
    parser.add_argument("--open", action="store_true", help="as an outsider: open effects only")
    parser.add_argument("--type", help="records of this type only")
    options = parser.parse_args()
    journal = Journal(options.database, options.open)
    try:
        journal.read()
        journal.verify()
        records = journal.records()
    except Fault as fault:
        sys.exit(f"reader: {fault}")
    if options.type:
        records = {of: record for of, record in records.items() if of.startswith(options.type + "/")}
    root = base64.b64encode(root_of(journal.leaves)).decode()
    json.dump({"size": len(journal.leaves), "root": root, "records": records}, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
