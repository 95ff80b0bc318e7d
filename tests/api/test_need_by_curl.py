# SPDX-License-Identifier: AGPL-3.0-or-later
"""The script of docs/a-need-by-curl.md, run as it stands."""
import json
import os
import subprocess

from conftest import TOP
from region import PASSWORD

SCRIPT = TOP / "docs" / "a-need-by-curl.sh"


def run(address, *words, password=PASSWORD):
    return subprocess.run([SCRIPT, address, *words], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "LIANXI_PASSWORD": password})


def test_a_need_by_curl(region):
    done = run(f"http://127.0.0.1:{region.server.port}", "asker", "secretary", "officer2", "member/2", "transport")
    assert done.returncode == 0, done.stdout + done.stderr
    need = region.nobody.read("/needs/1")
    assert (need["state"], need["outcome"], need["solved"]) == ("closed", "done", "yes")
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"n"')]
    assert [entry["act"] for entry in told][::-1] == [
        "need.submit", "need.route", "need.sign", "need.answer", "need.verdict"]
    assert told[0]["by"].startswith("p:") and told[1]["for"] == "member/2"
    region.verify()


def test_the_script_says_what_was_refused(region):
    done = run(f"http://127.0.0.1:{region.server.port}", "asker", "secretary", "officer3", "member/2", "transport")
    assert done.returncode != 0 and "act.relation" in done.stderr, done
    assert region.nobody.read("/needs/1")["state"] == "routed"
