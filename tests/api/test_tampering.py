# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever holds the database changes it behind the program's back: `verify` finds each and names it, and what was signed is all that is served."""
import hashlib
import json
import pathlib
import shutil
import sqlite3
import subprocess

import pytest
import region as regions
from test_rounds import prepare


@pytest.fixture(scope="module")
def story(founded, tmp_path_factory):
    """A stopped region with needs in several states, a published checkpoint over all of it, and a backup of nothing."""
    own = founded.copy(tmp_path_factory.mktemp("tampering") / "story").start()
    for state in ("closed", "asked", "submitted", "submitted"):
        regions.carry(own, state)
    size = own.entries
    regions.wait_for(lambda: int(own.nobody.get("/log/checkpoint").body.decode().split("\n")[1]) == size)
    own.size = size
    own.verify()
    return own


@pytest.fixture()
def folder(story, tmp_path):
    return pathlib.Path(shutil.copytree(story.folder, tmp_path / "region"))


def run(folder, *statements):
    """Statements on the database; how many rows the last one changed."""
    with sqlite3.connect(folder / "lianxi.db") as database:
        for statement, values in statements:
            changed = database.execute(statement, values).rowcount
    return changed


def ask(folder, query, *values):
    with sqlite3.connect(folder / "lianxi.db") as database:
        return database.execute(query, values).fetchall()


def found(lianxi, folder, *words):
    """verify finds it wrong (exit 1), and says every one of the words."""
    done = lianxi("verify", folder, code=1)
    for word in words:
        assert str(word) in done.stdout, (word, done.stdout)


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def test_a_flipped_byte_in_an_entry(lianxi, folder, story):
    n, old = ask(folder, "SELECT n, bytes FROM entry WHERE instr(bytes, '\"do\":') > 0 AND n > ? ORDER BY n LIMIT 1", story.size // 2)[0]
    at = old.index(b'"do":') + 9
    run(folder, ("UPDATE entry SET bytes = ? WHERE n = ?", (flip(old, at), n)))
    found(lianxi, folder, f"ntry {n} ")


def test_a_flipped_byte_in_a_leaf(lianxi, folder, story):
    (old,), = ask(folder, "SELECT leaf FROM entry WHERE n = 7")
    run(folder, ("UPDATE entry SET leaf = ? WHERE n = 7", (flip(old, 3),)))
    found(lianxi, folder, "Entry 7 ")


def test_two_entries_swapped(lianxi, folder):
    """Their bytes and leaves; and with their numbers put right, so that each entry is whole again."""
    (one, first), = ask(folder, "SELECT bytes, leaf FROM entry WHERE n = 20")
    (two, second), = ask(folder, "SELECT bytes, leaf FROM entry WHERE n = 21")
    put = "UPDATE entry SET bytes = ?, leaf = ? WHERE n = ?"
    run(folder, (put, (two, second, 20)), (put, (one, first, 21)))
    found(lianxi, folder, "Entry 20 ")
    changed = []
    for n, old in ((20, two), (21, one)):
        entry = {**json.loads(old), "n": n, "at": json.loads(two)["at"]}
        new = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        changed.append((put, (new, hashlib.sha256(b"\0" + new).digest(), n)))
    run(folder, *changed)
    lianxi("rebuild", folder, code=None)
    found(lianxi, folder)  # the root is no longer the published one


def test_the_last_ten_deleted(lianxi, folder, story):
    """With everything derived from them, and what was kept beside: only the published checkpoint remembers."""
    run(folder, ("DELETE FROM entry WHERE n > ?", (story.size - 10,)), ("DELETE FROM inner_part WHERE entry > ?", (story.size - 10,)))
    lianxi("rebuild", folder)
    found(lianxi, folder, f"{story.size - 10} < {story.size}")


@pytest.mark.parametrize("table, change", [
    ("need", "f_category = 'water'"),
    ("term", "moment = moment + 1"),
    ("timeline", "actor = 'clock'"),
    ("member", "state = 'suspended'"),
])
def test_a_derived_row_edited(lianxi, folder, table, change):
    key = "rowid" if table != "term" else "record"
    row = ask(folder, f"SELECT max({key}) FROM {table}")[0][0]
    assert run(folder, (f"UPDATE {table} SET {change} WHERE {key} = ?", (row,))) >= 1
    found(lianxi, folder, table)


def test_a_derived_row_deleted_and_one_added(lianxi, folder):
    run(folder, ("DELETE FROM timeline WHERE n = 9", ()))
    found(lianxi, folder, "timeline")
    lianxi("rebuild", folder)
    lianxi("verify", folder)
    run(folder, ("INSERT INTO signed_entry (signing_key, nonce, n) VALUES ('mandate/1#key.1', 'x', 3)", ()))
    found(lianxi, folder, "signed_entry")


def test_a_vault_row_edited(lianxi, folder):
    number, text = ask(folder, "SELECT number, text FROM seal WHERE text IS NOT NULL ORDER BY number LIMIT 1")[0]
    other = flip(text, 0) if isinstance(text, bytes) else text + "x"
    run(folder, ("UPDATE seal SET text = ? WHERE number = ?", (other, number)))
    found(lianxi, folder, f"seal/{number}")


def test_a_vault_row_emptied_in_secret(lianxi, folder):
    """As an erasure would leave it, but no entry says that anyone was erased."""
    number = ask(folder, "SELECT number FROM seal WHERE text IS NOT NULL ORDER BY number LIMIT 1")[0][0]
    run(folder, ("UPDATE seal SET text = NULL, salt = NULL WHERE number = ?", (number,)))
    found(lianxi, folder, f"seal/{number}")


@pytest.fixture(scope="module")
def voted(founded, tmp_path_factory):
    """A round that is open, with two ballots in its urn; stopped."""
    own = founded.copy(tmp_path_factory.mktemp("tampering") / "voted").start()
    number = prepare(own)
    own.asker.act(f"/rounds/{number}/cast", approve=["A1", "A3"])
    own.other.act(f"/rounds/{number}/cast", approve=["A2"])
    own.verify()
    return own


@pytest.mark.parametrize("change", ["UPDATE round_urn SET box = zeroblob(length(box)) WHERE hash = ?", "DELETE FROM round_urn WHERE hash = ?",
                                    "UPDATE round_urn SET round = 9 WHERE hash = ?"])
def test_an_urn_row_edited(lianxi, voted, tmp_path, change):
    folder = pathlib.Path(shutil.copytree(voted.folder, tmp_path / "region"))
    key = ask(folder, "SELECT hash FROM round_urn ORDER BY hash LIMIT 1")[0][0]
    assert run(folder, (change, (key,))) == 1
    found(lianxi, folder, "round/1")


def adopted(folder):
    """The number of a content that an entry binds in the open."""
    return ask(folder, "SELECT content FROM open_content ORDER BY content LIMIT 1")[0][0]


def test_a_flipped_byte_in_a_content(lianxi, folder):
    number = adopted(folder)
    place, data = ask(folder, "SELECT place, bytes FROM content_chunk WHERE place >= ? ORDER BY place LIMIT 1", number * 4096)[0]
    run(folder, ("UPDATE content_chunk SET bytes = ? WHERE place = ?", (flip(data, len(data) // 2), place)))
    found(lianxi, folder, f"content/{number}")


def test_a_content_replaced_with_its_commitment(lianxi, folder):
    """Text, salt and commitment of the table fit each other: only the entry that bound it knows."""
    number, salt = adopted(folder), bytes(range(32))
    text = "什么也没有要求。".encode()
    run(folder, ("UPDATE content_chunk SET bytes = ? WHERE place = ?", (text, number * 4096)),
        ("UPDATE content SET commitment = ?, salt = ?, size = ? WHERE number = ?", (hashlib.sha256(salt + text).digest(), salt, len(text), number)))
    found(lianxi, folder, f"content/{number}")


def test_a_content_withdrawn_in_secret(lianxi, folder):
    number = adopted(folder)
    run(folder, ("DELETE FROM content_chunk WHERE place / 4096 = ?", (number,)), ("UPDATE content SET salt = NULL, gone = 5 WHERE number = ?", (number,)))
    found(lianxi, folder, f"content/{number}")


def test_an_inner_part_edited(lianxi, folder):
    n, data = ask(folder, "SELECT entry, bytes FROM inner_part ORDER BY entry LIMIT 1")[0]
    run(folder, ("UPDATE inner_part SET bytes = ? WHERE entry = ?", (flip(data, 12), n)))
    found(lianxi, folder, f"ntry {n} ")


# ---- large enough for full tiles ----

SIZE = 700


@pytest.fixture(scope="module")
def large(lianxi, tmp_path_factory):
    """A journal with two full tiles, its keys, and a checkpoint that was published."""
    folder = tmp_path_factory.mktemp("tampering") / "large"
    folder.mkdir()
    sample = pathlib.Path(lianxi.path).parent.parent / "kernel" / "journal" / "journal_sample"
    if not sample.exists():
        pytest.skip("the build has no test programs (meson -Dtests=true)")
    entry = {"v": 1, "by": "init", "act": "need.submit", "do": [["set", "state", "submitted"]]}
    lines = "".join(json.dumps({"entry": {**entry, "of": f"need/{i + 1}"}}) + "\n" for i in range(SIZE))
    subprocess.run([sample, folder / "lianxi.db"], input=lines.encode(), check=True, timeout=120)
    lianxi("keygen", folder, "--origin", "tampering.example/log")
    server = regions.Server(lianxi.path, folder)
    try:
        regions.Client(server.port).get("/log/checkpoint")
    finally:
        server.stop()
    return folder


@pytest.fixture()
def tiled(large, tmp_path):
    return pathlib.Path(shutil.copytree(large, tmp_path / "large"))


def served(lianxi, folder, *paths):
    """The status of each address of the log, from a server that has just begun."""
    server = regions.Server(lianxi.path, folder)
    try:
        client = regions.Client(server.port)
        return [client.ask("GET", f"/log/{path}").status for path in paths]
    finally:
        server.stop()


ADDRESSES = ("checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/000", "tile/entries/001",
             "tile/entries/002.p/188", "tile/0/000.p/7")


def test_tiles_that_were_signed_are_served(lianxi, tiled):
    assert served(lianxi, tiled, *ADDRESSES) == [200] * len(ADDRESSES)


def test_a_tile_that_disagrees_with_the_signed_tree_is_not_served(lianxi, tiled):
    hashes = ask(tiled, "SELECT hashes FROM tile WHERE level = 0 AND number = 1")[0][0]
    run(tiled, ("UPDATE tile SET hashes = ? WHERE level = 0 AND number = 1", (flip(hashes, 4000),)))
    status = dict(zip(ADDRESSES, served(lianxi, tiled, *ADDRESSES)))
    assert status == {**dict.fromkeys(ADDRESSES, 200), "tile/0/001": 503, "tile/entries/001": 503}, status
    found(lianxi, tiled, "512")


def test_an_entry_that_disagrees_with_the_signed_tree_is_not_served(lianxi, tiled):
    """Also when its stored hash was made to fit."""
    entry = ask(tiled, "SELECT bytes FROM entry WHERE n = 600")[0][0]
    changed = entry.replace(b"submitted", b"withdrawn")
    run(tiled, ("UPDATE entry SET bytes = ? WHERE n = 600", (changed,)))
    assert served(lianxi, tiled, "tile/entries/002.p/188", "tile/entries/002.p/80", "tile/entries/001") == [503, 200, 200]
    found(lianxi, tiled, "Entry 600 ")
    run(tiled, ("UPDATE entry SET leaf = ? WHERE n = 600", (hashlib.sha256(b"\0" + changed).digest(),)))
    assert served(lianxi, tiled, "checkpoint", "tile/entries/002.p/188", "tile/0/000") == [503] * 3  # nothing is signed any more
