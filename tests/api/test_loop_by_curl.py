# SPDX-License-Identifier: AGPL-3.0-or-later
"""The script of docs/the-loop-by-curl.md, run as it stands, in a region whose conference may object for no time at all."""
import json

import loop
import pytest


@pytest.fixture(scope="module")
def looped(lianxi, tmp_path_factory):
    own = loop.found(lianxi, tmp_path_factory.mktemp("loop") / "region")
    yield own
    own.kill()


def test_the_loop_by_curl(looped, lianxi):
    done = loop.run(looped.server.port)
    assert done.returncode == 0, done.stdout + done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"ref"')]
    assert {t["ref"].split("/")[0] for t in told} == {
        "need", "project", "round", "allocation", "agreement", "commitment", "voucher"}
    assert {t["ref"]: t["state"] for t in told}.items() >= {
        "need/1": "closed", "project/1": "done", "round/1": "confirmed", "allocation/1": "adopted", "agreement/1": "in_force",
        "commitment/1": "kept"}.items()
    assert '"winners":["A1"],' in done.stdout and "the own ballot again: A1" in done.stdout
    assert '{"member":"member/2","minor":"60000"},{"member":"member/3","minor":"40000"}' in done.stdout
    looped.stop()
    assert lianxi("verify", looped.folder, "--recount", code=None).returncode == 0
