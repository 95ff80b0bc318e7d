# SPDX-License-Identifier: AGPL-3.0-or-later
"""Databases of older programs, kept in tests/fixtures/regions, opened by this one; and one of a newer program, refused."""
import gzip
import json
import pathlib
import shutil
import sqlite3

import pytest
import region as regions

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "regions"
SCHEMAS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())


def unpacked(schema, folder):
    shutil.copytree(FIXTURES / schema, folder)
    (folder / "lianxi.db").write_bytes(gzip.decompress((folder / "lianxi.db.gz").read_bytes()))
    return folder


def check_shown(lianxi, folder, expected):
    server = regions.Server(lianxi.path, folder)
    try:
        client = regions.Client(server.port)
        needs = {str(need["number"]): need["state"] for need in client.read("/needs?limit=100")["needs"]}
        assert needs == expected["needs"] and client.read("/charter")["names"] == expected["charter"]
    finally:
        server.stop()


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_older_region_is_opened_derived_anew_and_holds(lianxi, tmp_path, schema):
    folder = unpacked(schema, tmp_path / "region")
    expected = json.loads((folder / "expected.json").read_text())
    if schema == "schema-0":
        refused = lianxi("verify", folder, code=3)  # reading only changes nothing
        assert "older program" in refused.stderr
    check_shown(lianxi, folder, expected)
    (folder / "earlier").write_text(expected["checkpoint"])
    said = lianxi("verify", folder, "--since", folder / "earlier").stdout
    size = expected["checkpoint"].split("\n")[1]
    assert said.startswith(f"{size} entries hold")
    with sqlite3.connect(folder / "lianxi.db") as database:
        formats = {json.loads(row[0])["format"] for row in database.execute("SELECT bytes FROM entry")}
        assert database.execute("SELECT version, stale FROM schema_version").fetchall() == [(1, 0)]
    assert formats == ({0} if schema == "schema-0" else {1})


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_older_backup_is_restored(lianxi, tmp_path, schema):
    folder = unpacked(schema, tmp_path / "region")
    before = (folder / "lianxi.db").read_bytes()
    lianxi("restore", folder / "lianxi.db", tmp_path / "restored")
    assert (folder / "lianxi.db").read_bytes() == before
    check_shown(lianxi, tmp_path / "restored", json.loads((folder / "expected.json").read_text()))


def test_an_interrupted_step_is_taken_up_again(lianxi, founded, tmp_path):
    own = founded.copy(tmp_path / "region")
    with sqlite3.connect(own.database) as database:
        database.execute("UPDATE schema_version SET stale = 1")
        database.execute("DELETE FROM timeline")
    assert "older program" in lianxi("verify", own.folder, code=3).stderr
    own.start()
    own.verify()


def test_a_newer_region_is_refused_with_a_sentence(lianxi, founded, tmp_path):
    own = founded.copy(tmp_path / "region")
    with sqlite3.connect(own.database) as database:
        database.execute("UPDATE schema_version SET version = 99")
        database.execute("CREATE TABLE from_the_future (x INTEGER)")
    database.close()
    before = own.database.read_bytes()
    for command in (("verify", own.folder), ("rebuild", own.folder), ("serve", own.folder, "--listen", "127.0.0.1:0")):
        assert "newer program (schema 99 > 1)" in lianxi(*command, code=3).stderr
    assert own.database.read_bytes() == before
