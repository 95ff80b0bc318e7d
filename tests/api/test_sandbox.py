# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a running server may still do: a test server that tries, with the sandbox and without; and that `serve` is in one."""
import os
import pathlib
import subprocess
import sys

import pytest

from region import Client, submit, wait_for

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


class Trying:
    """sandbox_testserver: FOLDER is what it asked for."""

    def __init__(self, folder, how):
        build = pathlib.Path(os.environ.get("LIANXI_BUILD", TOP / "build" / "release"))
        self.process = subprocess.Popen([build / "kernel" / "sandbox" / "sandbox_testserver", folder, how], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        port, self.landlock, self.calls = (int(word) for word in self.process.stdout.readline().split())
        self.client = Client(port)

    def tries(self, what):
        return self.client.get("/" + what).body.decode()

    def stop(self):
        self.client.close()
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.process.stdout.close()


@pytest.fixture()
def trying(tmp_path):
    """Begins servers beside a folder of theirs, `own`, and one that is not, `other`; stops them."""
    running = []
    for name in ("own", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")

    def begin(how):
        running.append(Trying(tmp_path / "own", how))
        if how != "free" and not (running[-1].landlock and running[-1].calls):
            pytest.skip("this kernel has no Landlock or no seccomp")
        return running[-1]

    yield begin
    for one in running:
        one.stop()


def test_what_is_ours_stays_open(trying, tmp_path):
    server = trying("held")
    for what in ("read?path=", "write?path="):
        assert server.tries(f"{what}{tmp_path}/own/file") == "done"
    assert server.tries(f"write?path={tmp_path}/own/new") == "done" and (tmp_path / "own" / "new").exists()


@pytest.mark.parametrize("what", ["read?path={}/other/file", "write?path={}/other/file", "write?path={}/other/new", "read?path=/etc/passwd",
                                  "read?path=/proc/self/environ", "read?path={}/own/../other/file", "read?path={}/own/link", "run", "code"])
def test_what_is_not_ours_is_shut(trying, tmp_path, what):
    """Each is possible without the sandbox, or the test would show nothing."""
    (tmp_path / "own" / "link").symlink_to(tmp_path / "other" / "file")
    assert trying("held").tries(what.format(tmp_path)) in ("EACCES", "EPERM")
    assert trying("free").tries(what.format(tmp_path)) == "done"


def test_it_calls_out_only_where_it_said_so(trying):
    free = trying("free")
    assert trying("held").tries(f"connect?port={free.client.port}") in ("EACCES", "EPERM")
    connecting = trying("connects")
    assert connecting.tries(f"connect?port={free.client.port}") == "done" and connecting.tries("resolve") == "done"
    assert connecting.tries("read?path=/etc/passwd") == "EACCES" and connecting.tries("run") in ("EACCES", "EPERM")


def states_of(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def test_serve_is_in_the_sandbox_with_every_thread(region):
    """Filtered system calls and no new privileges, in the threads that answer too; a region without says so in its log."""
    region.secretary.get("/api/v1/desk")
    pid = region.server.process.pid
    tasks = [int(task.name) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    assert len(tasks) > 3
    for task in tasks:
        states = states_of(task)
        assert states["Seccomp"] == "2" and states["NoNewPrivs"] == "1"
    assert "Landlock" in region.server.log.read_text()


# an older kernel, made by a filter around the program: it answers Landlock's calls with ENOSYS
OLD_KERNEL = """
import ctypes, os, sys
lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
rules = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(0x7fff0000)))
for name in (b"landlock_create_ruleset", b"landlock_add_rule", b"landlock_restrict_self"):
    assert lib.seccomp_rule_add(rules, ctypes.c_uint32(0x00050000 | 38), lib.seccomp_syscall_resolve_name(name), 0) == 0
assert lib.seccomp_load(rules) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_an_older_kernel_serves_and_says_what_is_missing(founded, tmp_path):
    own = founded.copy(tmp_path / "region").start(prefix=(sys.executable, "-c", OLD_KERNEL))
    submit(own)
    assert "no Landlock" in own.server.log.read_text() and states_of(own.server.process.pid)["Seccomp"] == "2"
    own.stop()


def test_serve_without_the_sandbox(founded, tmp_path):
    own = founded.copy(tmp_path / "region")
    (own.folder / "lianxi.conf").write_text("sandbox = no\n")
    own.start()
    assert states_of(own.server.process.pid)["Seccomp"] == "0"
    own.stop()


def test_backup_signing_and_files_under_the_sandbox(region, tmp_path):
    """What the running server and the commands beside it must still do."""
    region.secretary.get("/api/v1/desk")
    before = region.nobody.get("/log/checkpoint").body
    submit(region)
    wait_for(lambda: region.nobody.get("/log/checkpoint").body != before)
    region.lianxi("backup", region.folder, tmp_path / "backup")
    region.verify()
    restored = tmp_path / "restored"
    region.lianxi("restore", tmp_path / "backup", restored)
    region.lianxi("verify", restored)
