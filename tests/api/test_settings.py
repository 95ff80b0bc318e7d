# SPDX-License-Identifier: AGPL-3.0-or-later
"""lianxi.conf: flags go before the environment, the environment before the file; what is not known is refused with its line."""
import http.client
import os
import signal
import subprocess

import pytest


@pytest.fixture
def folder(founded, tmp_path):
    return founded.copy(tmp_path / "region").folder


def serve(lianxi, folder, *flags, **environment):
    return subprocess.Popen([lianxi.path, "serve", str(folder), *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, "LC_ALL": "en_GB.UTF-8", **environment})


def refused(lianxi, folder, *flags, **environment):
    process = serve(lianxi, folder, *flags, **environment)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2 and out == b"", (out, err)
    return err.decode()


def listens(process):
    """The address it says, after it has answered there; then it is ended."""
    line = process.stdout.readline().decode()
    address = line.strip().rstrip("/").rsplit("/", 1)[-1].rstrip("/.")
    connection = http.client.HTTPConnection(*address.rsplit(":", 1), timeout=10)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 0
    return line, log


def test_the_file_is_believed_least(lianxi, folder):
    (folder / "lianxi.conf").write_text("# where\nlisten = 127.0.0.2:0\n\nlog=yes\r\nlimits = no\nproxy = 10.0.0.0/8 ::1\n")
    line, log = listens(serve(lianxi, folder))
    assert "127.0.0.2:" in line and '"route":"/healthz"' in log
    line, log = listens(serve(lianxi, folder, LIANXI_LISTEN="127.0.0.3:0", LIANXI_LOG="no"))
    assert "127.0.0.3:" in line and "/healthz" not in log
    line, log = listens(serve(lianxi, folder, "--listen", "127.0.0.4:0", "--log", LIANXI_LISTEN="127.0.0.3:0", LIANXI_LOG="no"))
    assert "127.0.0.4:" in line and "/healthz" in log


@pytest.mark.parametrize("text, place, word", [
    ("listen = 127.0.0.1:0\nlisten_to = x\n", "lianxi.conf:2", "listen_to"), ("log = maybe\n", "lianxi.conf:1", "yes no"),
    ("# a\n\nlisten = somewhere\n", "lianxi.conf:3", "somewhere"), ("proxy = 10.0.0.0/99\n", "lianxi.conf:1", "10.0.0.0/99"),
    ("listen\n", "lianxi.conf:1", "key = value"), ("log = yes\nlog = yes\n", "lianxi.conf:2", "twice"), ("= 3\n", "lianxi.conf:1", "")])
def test_every_line_is_checked(lianxi, folder, text, place, word):
    (folder / "lianxi.conf").write_text(text)
    said = refused(lianxi, folder, "--listen", "127.0.0.1:0")  # also where a flag goes before it
    assert place in said and word in said


def test_the_environment_is_checked(lianxi, folder):
    assert "LIANXI_LOG" in refused(lianxi, folder, LIANXI_LOG="1")
    assert "LIANXI_PROXY" in refused(lianxi, folder, LIANXI_PROXY="everybody")
