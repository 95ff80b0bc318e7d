# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reader in another language (tests/journal/mirror_reader.py) verifies a whole record from a mirror's files and derives what pages say;
and a record whose bytes no C has made (make_mirror.py) holds for both readers."""
import filecmp
import json
import pathlib
import shutil
import subprocess
import sys

import pytest
import region as regions

TOP = pathlib.Path(__file__).resolve().parents[2]
JOURNAL, MIRROR = TOP / "tests" / "journal", TOP / "tests" / "fixtures" / "journal" / "mirror"


def second(folder, *options):
    return subprocess.run([sys.executable, JOURNAL / "mirror_reader.py", folder, *options], capture_output=True, text=True, timeout=300)


def files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_the_fixture_is_what_the_other_program_writes(tmp_path):
    subprocess.run([sys.executable, JOURNAL / "make_mirror.py", tmp_path / "made"], check=True, timeout=120)
    names = files(MIRROR)
    assert files(tmp_path / "made") == names and len(names) == 9
    assert filecmp.cmpfiles(MIRROR, tmp_path / "made", names, shallow=False) == (names, [], [])


def test_both_readers_take_it(lianxi):
    key = (MIRROR / "log/key").read_text().strip()
    done = second(MIRROR, "--key", key, "--day", "2027-01-31", "--day", "2027-03-01")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    said = lianxi("verify", MIRROR, "--key", key).stdout
    assert f"root hash {result['root']}" in said and f"{result['size']} entries hold" in said
    assert result["size"] == 298 and result["proofs"] == 4 and result["contents"] == 2 and result["away"] == 1
    assert result["needs"]["need/1"] == "routed" and result["needs"]["need/3"] == "withdrawn" and len(result["needs"]) == 279
    assert result["balances"] == {"2027-01-31": {"ledger/1": 200000, "ledger/2": -200000},
                                  "2027-03-01": {"ledger/1": 200001, "ledger/2": -200001}}


def flip(at):
    def change(data):
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
    return change


@pytest.mark.parametrize("name, change", [
    ("tile/entries/000", flip(1000)), ("tile/entries/001.p/42", flip(7000)), ("tile/0/000", flip(5)), ("tile/0/001.p/42", flip(900)),
    ("tile/1/000.p/1", flip(31)), ("checkpoint", flip(25)), ("checkpoint", flip(150)), ("content", flip(40)), ("content", None),
    ("tile/entries/001.p/42", lambda data: data[:-3]), ("key", lambda data: data.replace(b"+", b"x+", 1)),
])
def test_both_find_what_was_changed(lianxi, tmp_path, name, change):
    folder = pathlib.Path(shutil.copytree(MIRROR, tmp_path / "copy"))
    path = folder / "log" / name
    path = next(path.iterdir()) if path.is_dir() else path
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    done = second(folder)
    assert done.returncode == 1 and done.stderr.startswith("reader: "), done.stdout[:300]
    if change is not None:  # a mirror may lack a content that was hidden when it was made: our command tells how many
        assert lianxi("verify", folder, code=None).returncode in (1, 2, 3)


def test_it_comes_to_what_the_demonstration_shows(lianxi, tmp_path):
    """The whole loop: hundreds of needs, a fund of four years."""
    lianxi("demo", tmp_path / "demo", timeout=300)
    server = regions.Server(lianxi.path, tmp_path / "demo")
    client = regions.Client(server.port)
    try:
        lianxi("mirror", f"http://127.0.0.1:{server.port}", tmp_path / "copy", timeout=300)
        done = second(tmp_path / "copy", "--day", "2099-12-31")
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        shown, path = {}, "/needs?limit=100"
        while path:
            answer = client.get("/api/v1" + path)
            shown.update({f"need/{need['number']}": need["state"] for need in answer.json()["needs"]})
            link = answer.fields.get("link", "")
            path = link.split("<")[1].split(">")[0].removeprefix("/api/v1") if 'rel="next"' in link else None
        assert shown and {of: result["needs"][of] for of in shown} == shown
        ledgers = [line for line in result["balances"]["2099-12-31"].values()]
        assert ledgers and sum(ledgers) == 0
    finally:
        server.stop()
