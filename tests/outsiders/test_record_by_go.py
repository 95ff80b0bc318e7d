# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record as Go's checksum-database packages see it: golang.org/x/mod/sumdb/note and tlog against a running server.

The journals are written by kernel/journal/journal_sample and served by the real binary. Every size keeps the same entries as the
smaller ones, and the keys and last checkpoint with them, so that each checkpoint must be consistent with all before.
"""
import json
import pathlib
import shutil
import subprocess

import pytest

import region

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE.parent.parent / "build" / "peers"
SIZES = (1, 2, 255, 256, 257, 513)
LONG_SIZES = (65535, 65536, 65537, 70000)


@pytest.fixture(scope="session")
def reader():
    """The Go program, built; skipped where Go or its proxy is not there."""
    if shutil.which("go") is None:
        pytest.skip("Go is not installed")
    PEERS.mkdir(parents=True, exist_ok=True)
    program = PEERS / "record"
    done = subprocess.run(["go", "build", "-o", str(program), "."], cwd=HERE / "record", capture_output=True, text=True,
                          timeout=900, check=False)  # a cold cache compiles net/http too
    if done.returncode != 0 and "main.go" not in done.stderr:
        pytest.skip(f"golang.org/x/mod cannot be had: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return program


def entry(i):
    return {"entry": {"act": "need.submit", "of": f"need/{i + 1}", "v": 1, "by": "init",
                      "do": [["set", "state", "submitted"], ["set", "category", "需求" * (i % 7)]]}}


class Log:
    """A folder whose journal grows from server to server."""

    def __init__(self, lianxi, folder):
        self.lianxi, self.folder, self.older = lianxi, folder, []
        self.sample = pathlib.Path(lianxi.path).parent.parent / "kernel" / "journal" / "journal_sample"
        if not self.sample.exists():
            pytest.skip("the build has no test programs (meson -Dtests=true)")

    def write(self, size):
        """The journal anew with so many entries; keys and last checkpoint stay."""
        self.folder.mkdir(exist_ok=True)
        for old in self.folder.glob("lianxi.db*"):
            old.unlink()
        lines = "".join(json.dumps(entry(i), ensure_ascii=False) + "\n" for i in range(size))
        subprocess.run([self.sample, self.folder / "lianxi.db"], input=lines.encode(), check=True, timeout=120)

    def key(self):
        if not (self.folder / "keys").exists():
            printed = self.lianxi("keygen", self.folder, "--origin", "lianxi.example/log").stdout
            assert printed.splitlines()[-1] == (self.folder / "keys" / "log.pub").read_text().strip()
        return (self.folder / "keys" / "log.pub").read_text().strip()

    def read(self, reader, size):
        """Serves it and lets the outsider verify it against all checkpoints before."""
        self.write(size)
        key = self.key()
        server = region.Server(self.lianxi.path, self.folder)
        try:
            done = subprocess.run([reader, f"http://127.0.0.1:{server.port}", key, *self.older], capture_output=True, text=True,
                                  timeout=170, check=False)
            text = region.Client(server.port).get("/log/checkpoint").body
        finally:
            server.stop()
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{size} entries") and done.stdout.endswith(f"{len(self.older)} older checkpoints\n")
        older = self.folder / f"checkpoint-{size}"
        older.write_bytes(text)
        self.older.append(older)


def test_checkpoints_inclusion_and_consistency(lianxi, reader, tmp_path):
    log = Log(lianxi, tmp_path / "region")
    for size in SIZES:
        log.read(reader, size)


def test_a_second_signature_line_disturbs_nobody(lianxi, reader, tmp_path):
    """SM2 is a type that Go's note does not know."""
    log = Log(lianxi, tmp_path / "region")
    log.read(reader, 3)
    lianxi("keygen", log.folder, "--sm2")
    for size in (5, 260):
        log.read(reader, size)
        assert log.older[-1].read_text().count("\n— ") == 2


@pytest.mark.long
def test_large_trees(lianxi, reader, tmp_path):
    log = Log(lianxi, tmp_path / "region")
    for size in SIZES + LONG_SIZES:
        log.read(reader, size)


def test_the_reader_refuses_a_wrong_key_and_an_inconsistent_checkpoint(lianxi, reader, tmp_path):
    """The outsider itself must be able to fail."""
    log = Log(lianxi, tmp_path / "region")
    log.read(reader, 5)
    other = tmp_path / "other"
    shutil.copytree(log.folder, other)
    shutil.rmtree(other / "keys")
    printed = lianxi("keygen", other, "--origin", "lianxi.example/log").stdout
    server = region.Server(lianxi.path, log.folder)
    try:
        done = subprocess.run([reader, f"http://127.0.0.1:{server.port}", printed.splitlines()[-1]], capture_output=True,
                              text=True, timeout=60, check=False)
    finally:
        server.stop()
    assert done.returncode == 1 and "checkpoint" in done.stderr
