# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record copied and verified from outside: mirror, verify URL; what is changed, dropped or shown otherwise is found and named."""
import functools
import http.server
import shutil
import sqlite3
import threading
import time

import pytest

import region as regions


def address(region):
    return f"http://127.0.0.1:{region.server.port}"


def wait_for_checkpoint():
    time.sleep(1.1)  # one a second at most


def wrong(done):
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.fixture()
def copied(region, lianxi, tmp_path):
    """A region with some needs, and a mirror of it."""
    for i in range(3):
        regions.submit(region, title=f"跨市公交线路需求 {i}")
    wait_for_checkpoint()
    lianxi("mirror", address(region), tmp_path / "mirror")
    return tmp_path / "mirror"


class Files:
    """A plain server of files, as a mirror is passed on by."""

    def __init__(self, folder):
        handler = functools.partial(QuietHandler, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_mirror_grows_and_can_be_mirrored(region, lianxi, copied, tmp_path):
    assert "entries hold" in lianxi("verify", copied).stdout
    before = files_of(copied)
    regions.submit(region, title="新增一个需求")
    wait_for_checkpoint()
    lianxi("mirror", address(region), copied)
    after = files_of(copied)
    assert len(after) > len(before)
    with Files(copied) as files:
        lianxi("mirror", files.address, tmp_path / "second")
    second = files_of(tmp_path / "second")
    assert all(after[path] == data for path, data in second.items())
    assert "entries hold" in lianxi("verify", tmp_path / "second").stdout


def test_verify_by_address_compares_what_is_shown(region, lianxi, copied, tmp_path):
    note = tmp_path / "kept"
    note.write_bytes((copied / "log/checkpoint").read_bytes())
    number = regions.submit(region, title="之后的需求")
    region.secretary.act(f"/needs/{number}/hide", reason="核实其中的个人信息")
    wait_for_checkpoint()
    said = lianxi("verify", address(region), "--since", note).stdout
    assert "follow from the record" in said and "not shown" in said and "signed earlier" in said
    # a row edited beside the record: the page shows what no entry says
    region.stop()
    with sqlite3.connect(region.database) as database:
        database.execute("UPDATE need SET f_category = 'science' WHERE id = 1")
    region.start()
    assert "/api/v1/needs/1" in wrong(lianxi("verify", address(region), code=None))


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("which", ["entries", "0"])
def test_a_flipped_byte_in_a_copy_is_named(lianxi, copied, which):
    path = next((copied / "log/tile" / which).rglob("*.p/*"))
    flip(path, len(path.read_bytes()) // 2)
    said = wrong(lianxi("verify", copied, code=None))
    assert "log/tile/" in said


def test_a_replaced_content_is_named(lianxi, copied):
    path = next((copied / "log/content").iterdir())
    path.write_bytes(path.read_bytes()[:32] + "换掉的文字".encode())
    assert path.name in wrong(lianxi("verify", copied, code=None))


def test_swapped_entries_are_named(lianxi, copied):
    path = next((copied / "log/tile/entries").rglob("*.p/*"))
    entries, rest = [], path.read_bytes()
    while rest:
        n = 2 + int.from_bytes(rest[:2], "big")
        entries.append(rest[:n])
        rest = rest[n:]
    entries[3], entries[4] = entries[4], entries[3]
    path.write_bytes(b"".join(entries))
    assert "entries" in wrong(lianxi("verify", copied, code=None))


def test_dropped_entries_are_found_by_an_earlier_copy(founded, lianxi, region, copied, tmp_path):
    """The operator puts back an older database with its keys: the mirror has what was signed since."""
    region.stop()
    older = founded.copy(tmp_path / "older")
    shutil.copytree(region.folder / "keys", older.folder / "keys", dirs_exist_ok=True)
    (older.folder / "keys/checkpoint").unlink()
    older.start()
    try:
        said = wrong(lianxi("mirror", address(older), copied, code=None))
        assert "shorter than it was" in said
        note = tmp_path / "kept"
        note.write_bytes((copied / "log/checkpoint").read_bytes())
        assert "shorter" in wrong(lianxi("verify", address(older), "--since", note, code=None))
    finally:
        older.kill()


def test_what_is_withdrawn_goes_from_the_copy(region, lianxi, copied):
    content = region.nobody.read("/needs/1")["text"]["content"]
    held = {path for path in (copied / "log/content").iterdir()}
    region.secretary.act("/needs/1/gone", content=content, ground="7.2", reason="应本人要求撤回")
    wait_for_checkpoint()
    lianxi("mirror", address(region), copied)
    left = {path for path in (copied / "log/content").iterdir()}
    assert len(held - left) == 1  # the reason is new
    assert "withdrawn" in lianxi("verify", address(region)).stdout


def test_another_key_is_another_log(region, lianxi, copied, tmp_path):
    key = (copied / "log/key").read_text().strip()
    assert lianxi("verify", address(region), "--key", key).returncode == 0
    other = key[:-2] + ("A=" if not key.endswith("A=") else "B=")
    assert lianxi("verify", address(region), "--key", other, code=None).returncode in (1, 2)
    (copied / "log/key").write_text("lianxi.example/log+fd374cce+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n")
    assert lianxi("mirror", address(region), copied, code=None).returncode != 0


@pytest.mark.parametrize("bad", ["ftp://127.0.0.1/", "http://127.0.0.1:1/", "http://127.0.0.1:1?x", "http://a b/"])
def test_addresses_that_cannot_be_fetched(lianxi, tmp_path, bad):
    done = lianxi("mirror", bad, tmp_path / "m", code=None)
    assert done.returncode in (2, 3) and done.stderr


def test_the_demonstration_follows_from_its_public_record(lianxi, tmp_path):
    """Records of every type and state: drafts that were published, restricted fields, hidden ones."""
    lianxi("demo", tmp_path / "demo")
    server = regions.Server(lianxi.path, tmp_path / "demo")
    try:
        wait_for_checkpoint()
        said = lianxi("verify", f"http://127.0.0.1:{server.port}").stdout
        assert "follow from the record" in said
    finally:
        server.kill()
