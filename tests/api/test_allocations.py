# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cost shares over HTTP: figures stated and signed, computed, one method adopted; the page, the CSV, and the figures as a file
that `lianxi share` repeats to the same fractions."""
import csv
import io
import itertools
import json
import sqlite3

import pytest

import region as regions

# what groups of the three would pay by themselves, in ten thousand; all together 1,300
APART = {"1": 600, "2": 500, "3": 400, "1+2": 950, "1+3": 880, "2+3": 780}
TOTAL = 1300
ALL = "nucleolus shapley separable proportional weighted equal".split()


def project(region):
    """A project that the conference has adopted."""
    number = region.officer1.make("/projects/new/propose", title="太湖蓝藻联合监测网", text="三方合建一个监测网，统一标准和数据。",
                                  domain="transport", cost=f"{TOTAL}0000", lead="member/1", need=[{"need": f"need/{regions.submit(region)}"}])
    region.secretary.act(f"/projects/{number}/assess", opinion=[{"body": "body/2", "finding": "feasible", "text": "技术成熟，投资合理。"}])
    region.delegate1.act(f"/projects/{number}/list", reason="列入联席会议议程")
    region.delegate1.act(f"/projects/{number}/adopt", reason="三方急需")
    for member in (1, 2):
        region.client(f"delegate{member}").act(f"/projects/{number}/say", says="yes")
    assert region.nobody.read(f"/projects/{number}")["state"] == "won"
    return number


def prepared(region, **more):
    return region.secretary.make("/allocations/new/prepare", **{
        "title": "太湖蓝藻联合监测网：费用怎么分", "project": f"project/{project(region)}", "of": "cost", "total": f"{TOTAL}0000.00",
        "player": [{"member": f"member/{n}", "weight": weight} for n, weight in ((1, "800"), (2, "100"), (3, "100"))],
        "method": [{"method": m} for m in ALL], **more})


def stated(region, number, apart=APART):
    for group, amount in apart.items():
        region.client(f"officer{group[0]}").act(f"/allocations/{number}/enter", worth=[
            {"coalition": group, "amount": f"{amount}0000.00", "basis": "按各自单独建站的概算，运行十年"}])
    for member in (1, 2, 3):
        region.client(f"delegate{member}").act(f"/allocations/{number}/sign")


def computed(region):
    number = prepared(region)
    stated(region, number)
    region.secretary.act(f"/allocations/{number}/close")
    region.secretary.act(f"/allocations/{number}/compute")
    return number


def adopted(region, method="nucleolus"):
    number = computed(region)
    region.delegate2.act(f"/allocations/{number}/adopt", adopted=method, reason="没有人会反对")
    for member in (1, 2, 3):
        region.client(f"delegate{member}").act(f"/allocations/{number}/say", says="yes")
    assert region.nobody.read(f"/allocations/{number}")["state"] == "adopted"
    return number


@pytest.fixture(scope="module")
def region(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("allocations") / "region").start()
    yield region
    region.verify()


def test_who_may_state_what(region):
    number = prepared(region)
    for client, group in (("officer2", "1"), ("officer1", "2+3")):
        region.client(client).refused(f"/allocations/{number}/enter", 422, "allocation_group_other", worth=[
            {"coalition": group, "amount": "1", "basis": "粗略估算"}])
    for client in ("nobody", "asker", "secretary"):
        assert getattr(region, client).send(f"/allocations/{number}/enter", {"worth": [
            {"coalition": "1", "amount": "1", "basis": "粗略估算"}]}).status in (401, 403)
    page = region.nobody.get(f"/allocations/{number}", Accept_Language="en").body.decode()
    assert page.count("Not signed") == 3 and "0 of 6 groups stated" in page
    region.nobody.get(f"/allocations/{number}/shares.csv", status=404)


def test_a_figure_that_changes_takes_the_signatures_of_its_group(region):
    number = prepared(region)
    stated(region, number)
    rows = {row["coalition"]: row["row"] for row in region.nobody.read(f"/allocations/{number}")["worth"]}
    region.officer1.act(f"/allocations/{number}/restate", worth=[{"row": rows["1+2"], "amount": "9600000.00"}], reason="漏计泵站")
    signed = {s["member"]["ref"] for s in region.nobody.read(f"/allocations/{number}")["signature"]}
    assert signed == {"member/3"}
    region.secretary.refused(f"/allocations/{number}/close", 409, "allocation_unsigned")


def test_the_shares_add_up_and_are_what_the_command_computes(region, lianxi, tmp_path):
    number = computed(region)
    report = region.nobody.read(f"/allocations/{number}/shares")
    game = region.nobody.read(f"/allocations/{number}/game")
    file = tmp_path / "game.json"
    file.write_text(json.dumps(game))
    told = json.loads(lianxi("share", file, "--format", "json").stdout)
    exact = {m["method"]: m["exact"] for m in report["methods"]}
    assert set(exact) == set(ALL)
    for ours, theirs in (("nucleolus", "nucleolus"), ("shapley", "shapley"), ("equal", "equal"), ("separable", "scrb"),
                         ("proportional", "proportional_to_standalone")):
        assert exact[ours] == told[theirs]["exact"], ours
    for method in report["methods"]:
        assert sum(map(int, method["amounts"])) == TOTAL * 1000000
        # the certificate, counted again from the figures
        worse = [g for g in APART if sum(int(method["amounts"][int(n) - 1]) for n in g.split("+")) > APART[g] * 1000000]
        assert method["objecting"] == len(worse) and method["core"] == (not worse)
    table = list(csv.DictReader(io.StringIO(region.nobody.get(f"/allocations/{number}/shares.csv").body.decode())))
    assert len(table) == len(ALL) * 3
    for row in table:
        assert float(row["gain"]) == pytest.approx(float(row["alone"]) - float(row["amount"]))


def test_the_page_says_who_may_object(region):
    number = adopted(region)
    page = region.nobody.get(f"/allocations/{number}", Accept_Language="en").body.decode()
    assert "None of the 6 groups of members would do better by itself." in page and "No member is worse off than alone." in page
    assert "adopted" in page and 'class="n on"' in page and "worse" in page
    chinese = region.nobody.get(f"/allocations/{number}", Accept_Language="zh-CN").body.decode()
    assert "6 种组合中，没有一个单独办更合算。" in chinese and "按权数" in chinese
    # by weights member 1 pays 1,040 of 1,300 and could do it alone for 600
    assert "Worse off than alone: A City." in page


def test_one_member_alone_adopts_nothing(region):
    number = computed(region)
    region.delegate1.act(f"/allocations/{number}/adopt", adopted="equal", reason="简单明了")
    region.delegate1.act(f"/allocations/{number}/say", says="yes")
    region.delegate2.act(f"/allocations/{number}/say", says="no", reason="丙市分摊过多")
    shown = region.nobody.read(f"/allocations/{number}")
    assert shown["state"] == "computed" and shown["adopted"] is None
    region.secretary.refused(f"/allocations/{number}/adopt", 403, adopted="equal", reason="秘书处不作决定")


def test_groups_that_nobody_stated_are_said(region):
    number = prepared(region, missing="parts")
    stated(region, number, dict(itertools.islice(APART.items(), 4)))
    region.secretary.act(f"/allocations/{number}/close")
    region.secretary.act(f"/allocations/{number}/compute")
    report = region.nobody.read(f"/allocations/{number}/shares")
    assert (report["stated"], report["filled"]) == (4, 2)
    assert "2 groups that nobody stated" in region.nobody.get(f"/allocations/{number}", Accept_Language="en").body.decode()


def test_verify_computes_the_shares_again(founded, tmp_path, lianxi):
    region = founded.copy(tmp_path / "region").start()
    number = adopted(region)
    region.stop()
    assert "1 " in lianxi("verify", region.folder, "--recount").stdout
    # a share that somebody changed is not what the record says, and not what the figures give
    with sqlite3.connect(region.database) as db:
        db.execute("UPDATE allocation_share SET f_amount = f_amount + 1 WHERE record = ? AND row = 1", (number,))
        db.execute("UPDATE allocation_share SET f_amount = f_amount - 1 WHERE record = ? AND row = 2", (number,))
    done = lianxi("verify", region.folder, "--recount", code=None)
    assert done.returncode == 1 and "allocation" in done.stdout + done.stderr
