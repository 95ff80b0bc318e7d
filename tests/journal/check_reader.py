#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The independent reader against journals that our writer made: check_reader.py SAMPLE_PROGRAM

It derives what was written, finds every change, and docs/journal.md's own examples hash as they say.
"""
import base64
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import reader

HERE = pathlib.Path(__file__).resolve().parent
ASKER = "p:00112233445566778899aabbccddeeff"


def history():
    """Lines for the sample program, using every effect, inner parts, a shut record that becomes public, erasures."""
    yield {"person": 1}
    for i in range(1, 601):  # two full tiles and a rest
        yield {"content": f"需求 {i}"}
        yield {"seal": f"1380000{i:04}", "person": 1 if i == 7 else 0}
        yield {"entry": {"act": "need.submit", "of": f"need/{i}", "v": 1, "by": ASKER, "as": "resident", "do": [
            ["set", "title", f"content/{i}"], ["set", "state", "submitted"], ["set", "other", "x"]]},
            "bind": [f"content/{i}"], "inner": {"do": [["set", "contact", f"seal/{i}"]]}, "bind_inner": [f"seal/{i}"]}
    yield {"entry": {"act": "need.route", "of": "need/3", "v": 1, "by": "mandate/4", "do": [
        ["set", "state", "routed"], ["set", "other", None], ["term", "answer_by", "runs", 99],
        ["row", "helper", 1, {"member": "member/2", "share": 5}], ["row", "helper", 2, {"member": "member/3"}],
        ["rows", "roll", ["member", "seats"], 1, [["member/1", 3], ["member/2", 1]]]]}}
    yield {"entry": {"act": "need.extend", "of": "need/3", "v": 1, "by": "mandate/5", "do": [
        ["row", "helper", 1, {"share": None}], ["row", "helper", 2, None], ["term", "answer_by", "rests", 7],
        ["term", "answer_by", "late", 120, 110], ["set", "due", "2027-03-01"], ["term", "due", "runs", 130],
        ["ask", 1, {"act": "extend", "input": {}, "rule": "need.extend", "voices": ["body/1"], "until": 500}]]}}
    yield {"entry": {"act": "need.say", "of": "need/3", "v": 1, "by": "mandate/6", "do": [
        ["say", 1, "body/1", "yes", None, "2027-02-10"], ["close", 1, "granted"]]}}
    yield {"entry": {"shut": "agreement"}, "inner": {"act": "agreement.draft", "of": "agreement/1", "v": 1, "by": "mandate/6",
                                                     "do": [["set", "position", "low"], ["set", "state", "draft"]]}}
    yield {"entry": {"act": "agreement.publish", "of": "agreement/1", "v": 1, "by": "mandate/6", "do": [
        ["set", "state", "open"], ["set", "title", "content/9"]]}}
    yield {"entry": {"act": "need.gone", "of": "need/5", "v": 1, "by": "mandate/4", "do": [["gone", "content/5", "7.2"]]}}
    yield {"withdraw": 5}
    yield {"entry": {"act": "need.gone", "of": "need/7", "v": 1, "by": "mandate/4", "do": [["gone", "seal/7", "7.3"]]}}
    yield {"erase": 1}


EXPECTED = {
    "need/3": {"fields": {"title": "content/3", "state": "routed", "answer_by": 120, "due": "2027-03-01",
                          "contact": "seal/3"},
               "rows": {"helper": {"1": {"member": "member/2"}},
                        "roll": {"1": {"member": "member/1", "seats": 3}, "2": {"member": "member/2", "seats": 1}}},
               "terms": {"answer_by": {"stage": "late", "moment": 120, "warn": 110},
                         "due": {"stage": "runs", "moment": 130, "warn": None}},
               "consents": {"1": {"asked": {"act": "extend", "input": {}, "rule": "need.extend", "voices": ["body/1"],
                                            "until": 500},
                                  "said": {"body/1": ["yes", "2027-02-10"]}, "closed": "granted"}},
               "gone": {}, "entries": [3, 601, 602, 603]},
    "agreement/1": {"fields": {"position": "low", "state": "open", "title": "content/9"}, "rows": {}, "terms": {},
                    "consents": {}, "gone": {}, "entries": [604, 605]},
    "need/7": {"fields": {"title": "content/7", "state": "submitted", "other": "x", "contact": "seal/7"}, "rows": {},
               "terms": {}, "consents": {}, "gone": {"seal/7": "7.3"}, "entries": [7, 607]},
}

CHANGES = [
    ("UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'routed', 'closed') AS BLOB) WHERE n = 601", "entry 601"),
    ("UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), ',', ', ') AS BLOB) WHERE n = 2", "entry 2"),
    ("DELETE FROM entry WHERE n = 300", "entry 300"),
    ("UPDATE tile SET root = zeroblob(32) WHERE number = 1", "tile 0/1"),
    ("DELETE FROM tile WHERE number = 0", "tile (0, 0)"),
    ("UPDATE inner_part SET bytes = CAST('{}' AS BLOB) WHERE entry = 4", "entry 4"),
    ("DELETE FROM inner_part WHERE entry = 604", "entry 604"),
    ("UPDATE content_chunk SET bytes = CAST('x' AS BLOB) WHERE place = 8 * 4096", "content/8"),
    ("DELETE FROM content WHERE number = 8", "content/8"),
    ("UPDATE content SET salt = NULL, gone = 606 WHERE number = 8", "content/8"),
    ("UPDATE content SET salt = zeroblob(32) WHERE number = 5", "content/5"),
    ("UPDATE seal SET text = 'x' WHERE number = 8", "seal/8"),
    ("UPDATE seal SET salt = NULL, text = NULL WHERE number = 8", "seal/8"),
]


def read(database, *options):
    return subprocess.run([sys.executable, HERE / "reader.py", database, *options], capture_output=True, text=True)


def check_records(database):
    done = read(database)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["size"] == 607 and len(result["records"]) == 601
    for of, expected in EXPECTED.items():
        assert result["records"][of] == expected, (of, result["records"][of])
    outside = json.loads(read(database, "--open").stdout)["records"]
    assert outside["agreement/1"]["fields"] == {"state": "open", "title": "content/9"}
    assert "contact" not in outside["need/3"]["fields"]


def check_changes(database):
    for sql, place in CHANGES:
        spoilt = database.with_name("spoilt.db")
        shutil.copy(database, spoilt)
        with sqlite3.connect(spoilt) as db:
            assert db.execute(sql).rowcount > 0, sql
        db.close()
        done = read(spoilt)
        assert done.returncode == 1 and place in done.stderr, (sql, done.stderr, done.stdout[:200])


def check_document():
    text = (HERE.parents[1] / "docs" / "journal.md").read_text(encoding="utf-8")
    block = re.search(r"404 and 227 bytes.*?```json\n(.*?)```", text, re.S).group(1)
    entries = [part.replace("\n", "").encode() for part in block.strip().split("\n\n")]
    assert [len(entry) for entry in entries] == [404, 227]
    leaves = [reader.sha(b"\0", entry) for entry in entries]
    for said in leaves + [reader.root_of(leaves)]:
        assert base64.b64encode(said).decode() in text
    first = reader.canonical(entries[0], "document")
    inner = re.search(r'```json\n +(\{"do":.*?\})\n', text).group(1).encode()
    assert reader.salted(bytes(range(0x20, 0x40)), inner) == first["inner"]
    content = "希望地铁 11 号线延伸到花桥。"
    assert content in text and reader.salted(bytes(range(32)), content.encode()) == first["with"]["content/1"]
    seal = reader.salted(bytes(range(0x40, 0x60)), b"13800000000")
    assert reader.canonical(inner, "document")["with"]["seal/1"] == seal


def main():
    check_document()
    with tempfile.TemporaryDirectory() as folder:
        database = pathlib.Path(folder) / "sample.db"
        lines = "\n".join(json.dumps(line, ensure_ascii=False) for line in history()) + "\n"
        subprocess.run([sys.argv[1], database], input=lines, text=True, check=True)
        check_records(database)
        check_changes(database)
    print(f"reader: {len(EXPECTED)} records, {len(CHANGES)} changes, the document's examples")


if __name__ == "__main__":
    main()
