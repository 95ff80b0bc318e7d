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


def calls_by_adopted_shares(looped):
    """An instalment is cut in the proportion of the adopted shares, to the last cent; what names no adopted shares is not called by them."""
    for basis in ("allocation/1", "agreement/1", "agreement/1%23article.1"):
        shown = looped.treasurer.read(f"/fund/calls?total=100.01&basis={basis}")
        assert [(c["member"], c["amount"]["minor"]) for c in shown["calls"]] == [("member/2", "6001"), ("member/3", "4000")]
        assert all(c["claim"] for c in shown["calls"]) and shown["figures"] == "2:6001,3:4000"
    sent = {"total": "100.01", "text": "第二期", "due": "2099-01-01", "basis": "agreement/1#article.1", "figures": "2:6000,3:4001"}
    assert looped.treasurer.send("/fund/calls", sent).json()["code"] == "fund_changed"
    assert looped.officer2.send("/fund/calls", {**sent, "figures": "2:6001,3:4000"}).status == 403
    made = looped.treasurer.send("/fund/calls", {**sent, "figures": "2:6001,3:4000"})
    assert made.status == 201 and len(made.json()["vouchers"]) == 2, made
    call = looped.nobody.read(f"/vouchers/{made.json()['vouchers'][0]}")
    assert call["basis"]["ref"] == "agreement/1#article.1" and call["amount"]["minor"] == "6001" and call["payer"]["ref"] == "member/2"
    for other in ("charter/1", "project/1", "allocation/99", "agreement/99", "nonsense"):
        refused = looped.treasurer.ask("GET", f"/api/v1/fund/calls?total=1.00&basis={other}")
        assert refused.json()["code"] == "fund_no_formula", other
    second = looped.secretary.make("/allocations/new/prepare", title="还没有通过", project="project/1", of="cost", total="10.00", missing="refused",
                                   player=[{"member": "member/2"}, {"member": "member/3"}], method=[{"method": "equal"}])
    refused = looped.treasurer.ask("GET", f"/api/v1/fund/calls?total=1.00&basis=allocation/{second}")
    assert (refused.status, refused.json()["code"]) == (409, "fund_no_shares")


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
    calls_by_adopted_shares(looped)
    looped.stop()
    assert lianxi("verify", looped.folder, "--recount", code=None).returncode == 0
