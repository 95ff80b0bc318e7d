# SPDX-License-Identifier: AGPL-3.0-or-later
"""A round through HTTP: prepared, voted by form and by program, closed, counted, found again; and what nobody may find out."""
import html
import json
import re
import shlex
import sqlite3
import time
import urllib.parse

import pytest

from region import PASSWORD, Client, names, wait_for


def moment(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400 * days))


def entrants():
    return [{"code": "A1", "title": "跨市公交", "price": "600.00", "member": "member/1"},
            {"code": "A2", "title": "水质监测", "price": "400.00", "member": "member/2"},
            {"code": "A3", "title": "湿地公园", "price": "900.00", "member": "member/3"}]


def prepare(region, **more):
    number = region.secretary.make("/rounds/new/prepare", {
        "names": names("公共项目投票", "Joint projects"), "rule": "mes", "utility": "cost", "completion": "add1x,greedy", "tie": "id",
        "budget": "1000.00", "opens": moment(-1), "closes": moment(3), "entrant": entrants(), **more})
    region.secretary.act(f"/rounds/{number}/freeze")
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "open")
    return number


def later(region, days):
    region.stop()
    region.start(now=moment(days))


class Browser:
    """Forms without script: a session cookie, hidden fields carried over, boxes ticked."""

    def __init__(self, region, name):
        self.client = Client(region.server.port)
        answer = self.client.ask("POST", "/api/v1/sign-in", {"name": name, "password": PASSWORD})
        self.cookie = answer.fields["set-cookie"].split(";")[0]

    def get(self, path):
        return self.client.ask("GET", path, fields={"Cookie": self.cookie, "Accept": "text/html"})

    def post(self, path, pairs):
        return self.client.ask("POST", path, urllib.parse.urlencode(pairs).encode(), {
            "Cookie": self.cookie, "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"})


def hidden(page, action):
    """The hidden fields of the form that is sent to `action`."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S).group(0)
    return re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)


def vote_by_form(region, number, who, codes):
    """Ballot, confirmation, receipt; what the receipt says is the tracking number, and the last form for sending it again."""
    browser = Browser(region, who)
    ballot = browser.get(f"/rounds/{number}/vote")
    assert ballot.status == 200, ballot
    fields = hidden(ballot.body.decode(), f"/rounds/{number}/vote")
    confirm = browser.post(f"/rounds/{number}/vote", fields + [("approve", code) for code in codes])
    assert confirm.status == 200, confirm
    form = hidden(confirm.body.decode(), f"/rounds/{number}/cast")
    assert sorted(value for name, value in form if name == "approve") == sorted(codes)
    receipt = browser.post(f"/rounds/{number}/cast", form)
    assert receipt.status == 200 and "no-store" in receipt.fields["cache-control"], receipt
    tracking = dict(form)["tracking"]
    shown = "-".join(tracking[i:i + 5] for i in range(0, 20, 5))
    assert shown in receipt.body.decode()
    return browser, form, tracking


def test_a_sample_is_looked_at_by_another_member(region):
    """Each member's part has a sample for another member's officer: who they are is seen by that office alone, and what it reports is entered."""
    number = prepare(region)
    rows = region.nobody.read(f"/rounds/{number}")["sample"]
    assert {row["member"]["ref"]: row["verifier"]["ref"] for row in rows} == {
        "member/2": "member/3", "member/3": "member/2"} and all("numbers" not in row for row in rows)
    sample = region.officer3.read(f"/rounds/{number}/sample")["samples"]
    assert [s["member"] for s in sample] == ["member/2"]
    assert sorted(p["name"] for p in sample[0]["drawn"]) == ["asker 某", "backer 某"]
    assert {p["proof"] for p in sample[0]["drawn"]} == {"110101199001011234"}
    assert "asker 某" in region.officer3.ask("GET", f"/rounds/{number}/sample", fields={"Accept": "text/html"}).body.decode()
    for other in ("officer1", "secretary", "asker"):
        assert getattr(region, other).ask("GET", f"/api/v1/rounds/{number}/sample").status == 403
    row = sample[0]["row"]
    region.officer3.refused(f"/rounds/{number}/recheck", 422, sample=[{"row": row, "sound": 3}])
    region.officer3.refused(f"/rounds/{number}/recheck", 422, sample=[{"row": row, "sound": 2, "drawn": 9}])
    region.officer2.refused(f"/rounds/{number}/recheck", 403, sample=[{"row": row, "sound": 2}])
    region.officer3.act(f"/rounds/{number}/recheck", sample=[{"row": row, "sound": 2}])
    assert [r["sound"] for r in region.nobody.read(f"/rounds/{number}")["sample"] if r["row"] == row] == [2]


def files_of(region):
    """All bytes the region has on disk, but for the signing key and the urn's secret."""
    return {path.name: path.read_bytes() for path in region.folder.iterdir() if path.is_file()}


def test_a_round_from_ballot_to_result(region, lianxi, tmp_path):
    number = prepare(region)
    keys = list((region.folder / "keys").glob("round-*.key"))
    assert len(keys) == 1 and keys[0].stat().st_mode & 0o777 == 0o600
    browser, form, first = vote_by_form(region, number, "asker", ["A1", "A2"])
    repeated = browser.post(f"/rounds/{number}/cast", form)
    assert repeated.status == 200 and first[:5] not in repeated.body.decode().replace("-", ""), "a repetition says only: cast"
    answer = region.backer.send(f"/rounds/{number}/cast", {"approve": ["A2"]}, key="mine")
    second = answer.json()["tracking"]
    again = region.backer.send(f"/rounds/{number}/cast", {"approve": ["A3"]}, key="mine").json()
    assert again["cast"] and "tracking" not in again and again["entry"] == answer.json()["entry"]
    region.backer.refused(f"/rounds/{number}/cast", 409, "round_voted", approve=["A1"])
    region.stranger.refused(f"/rounds/{number}/cast", 403, approve=["A1"])
    region.officer2.refused(f"/rounds/{number}/cast", 403, approve=["A1"])
    region.other.refused(f"/rounds/{number}/cast", 422, "round_no_entrant", approve=["A9"])
    region.other.refused(f"/rounds/{number}/cast", 422, approve="A1")
    assert region.nobody.send(f"/rounds/{number}/cast", {"approve": ["A1"]}).status == 401

    # before closing no tracking number is anywhere: not in the files, not in the log, not by asking
    for tracking in (first, second):
        shown = "-".join(tracking[i:i + 5] for i in range(0, 20, 5))
        for name, data in {**files_of(region), "log": region.server.log.read_bytes()}.items():
            assert tracking.encode() not in data and shown.encode() not in data, name
        assert region.nobody.ask("GET", f"/api/v1/rounds/{number}/ballot?number={tracking}").status == 404
    assert region.nobody.read(f"/rounds/{number}/roll")["turnout"] == [], "nothing by member while it runs"

    later(region, 4)
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "counted")
    assert not list((region.folder / "keys").glob("round-*.key")), "the secret is destroyed"
    round_ = region.nobody.read(f"/rounds/{number}")
    assert round_["secret"] == "destroyed" and round_["voters"] == 2 and round_["roll_size"] == 3
    urn = region.nobody.ask("GET", round_["urn"]["file"]).body.decode()
    (tmp_path / "urn.pb").write_text(urn)
    told = json.loads(lianxi("tally", tmp_path / "urn.pb", "--rule", "mes", "--completion", "add1x,greedy", "--format", "json").stdout)
    assert round_["winners"] == told["winners"] == ["A2", "A1"] and round_["total_cost"] == told["total_cost"] == "1000"
    assert round_["result"]["certificates"]["budget"]["holds"]
    assert region.nobody.read(f"/rounds/{number}/ballot?number={first.lower()}")["approve"] == ["A1", "A2"]
    assert region.nobody.read(f"/rounds/{number}/ballot?number={second}")["approve"] == ["A2"]
    page = region.nobody.ask("GET", f"/rounds/{number}/ballot?number={second}", fields={"Accept": "text/html"}).body.decode()
    assert "水质监测" in page
    assert [row["voted"] for row in region.nobody.read(f"/rounds/{number}/roll")["turnout"]] == [None, None], "fewer than 20"
    acts = [entry["act"] for entry in timeline(region, number)]
    assert acts[-4:] == ["round.close", "round.publish", "round.destroy", "round.result"]
    region.stop()
    assert "1 " in lianxi("verify", region.folder, "--recount").stdout


def test_what_was_rightly_objected_to_is_struck(region, lianxi, tmp_path):
    """Upheld, struck by consent, counted again without it: the result, its page and the command it names say so, and a recount agrees."""
    number = prepare(region)
    region.asker.act(f"/rounds/{number}/cast", approve=["A1", "A3"])
    region.other.act(f"/rounds/{number}/cast", approve=["A2", "A3"])
    later(region, 4)
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "counted")
    assert region.nobody.read(f"/rounds/{number}")["winners"] == ["A3"]
    region.delegate1.act(f"/rounds/{number}/object", objection=[{
        "member": "member/1", "entrant": "A3", "ground": "burden", "text": "我市今年无力承担这一项目的后续运行费用，请重新研究。"}])
    region.secretary.act(f"/rounds/{number}/answer", objection=[{
        "row": 1, "upheld": "yes", "answer": "经核对，后续运行费用确无出处，牵头方也已书面确认这一点。"}])
    region.secretary.refused(f"/rounds/{number}/strike", 422)  # without a reason
    region.officer1.refused(f"/rounds/{number}/strike", 403, reason="异议成立")
    region.secretary.act(f"/rounds/{number}/strike", reason="异议成立，后续费用没有出处。")
    region.delegate1.act(f"/rounds/{number}/say", says="yes")
    assert region.nobody.read(f"/rounds/{number}")["winners"] == ["A3"], "nothing is struck before the council has said so"
    region.delegate2.act(f"/rounds/{number}/say", says="yes")
    wait_for(lambda: "overrides" in (region.nobody.read(f"/rounds/{number}").get("result") or {}))
    round_ = region.nobody.read(f"/rounds/{number}")
    assert sorted(round_["winners"]) == ["A1", "A2"]
    assert {e["code"]: (e["outcome"], e.get("struck")) for e in round_["entrant"]} == {
        "A1": ("won", None), "A2": ("won", None), "A3": ("lost", "yes")}
    assert [(o["project"], o["funded"], o["reason"]) for o in round_["result"]["overrides"]] == [("A3", False, f"round/{number}#objection.1")]
    for lang, words in (("en", ("Counted again.", "Counted with it, they would have funded: “湿地公园”", "Struck after an objection")),
                        ("zh-CN", ("已重新计票", "若不剔除，入选的是“湿地公园”", "异议成立，已剔除，未参加计票"))):
        page = region.nobody.ask("GET", f"/rounds/{number}/result", fields={"Accept": "text/html", "Accept-Language": lang})
        assert page.status == 200 and all(w in page.body.decode() for w in words), page.body.decode()
    # the command that the page names gives the same from the published ballots
    command = html.unescape(re.search(r'<pre class="wraps">([^<]*)</pre>', page.body.decode()).group(1))
    (tmp_path / f"round-{number}.pb").write_bytes(region.nobody.ask("GET", round_["urn"]["file"]).body)
    words = shlex.split(command)[2:]
    told = json.loads(lianxi("tally", tmp_path / words[0], *words[1:], "--format", "json").stdout)
    assert told["winners"] == round_["winners"]
    region.stop()
    assert "1 " in lianxi("verify", region.folder, "--recount").stdout


def timeline(region, number):
    entries = []
    for n in range(1, region.entries + 1):
        entry = region.nobody.read(f"/record/{n}")
        if entry.get("of") == f"round/{number}" or entry.get("entry", {}).get("of") == f"round/{number}":
            entries.append(entry.get("entry", entry))
    return entries


def address(region):
    time.sleep(1.1)  # a checkpoint a second at most
    return f"http://127.0.0.1:{region.server.port}"


def tamper(region, change):
    database = sqlite3.connect(region.database)
    database.execute(change)
    database.commit()
    database.close()


CHANGES = pytest.mark.parametrize("change", [
    "DELETE FROM round_urn WHERE hash = (SELECT min(hash) FROM round_urn)",
    "INSERT INTO round_urn SELECT round, zeroblob(32), lot, box FROM round_urn LIMIT 1",
    "UPDATE round_urn SET box = randomblob(length(box)) WHERE hash = (SELECT max(hash) FROM round_urn)",
], ids=["dropped", "added", "exchanged"])


@CHANGES
def test_a_box_is_missed_from_outside(region, lianxi, tmp_path, change):
    """By who has no more than the address: boxes are shown once nobody can open them; a mirror at least is counted and recounted."""
    number = prepare(region)
    region.asker.act(f"/rounds/{number}/cast", approve=["A1"])
    region.other.act(f"/rounds/{number}/cast", approve=["A2"])
    assert region.nobody.ask("GET", f"/api/v1/rounds/{number}/boxes?lot=1").status == 404, "not while they could be opened"
    assert "follow from the record" in lianxi("verify", address(region)).stdout
    later(region, 4)
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "counted")
    boxes = region.nobody.read(f"/rounds/{number}/boxes?lot=1")["boxes"]
    assert len(boxes) == 2 and len({len(box) for box in boxes}) == 1
    assert region.nobody.read(f"/rounds/{number}/boxes?lot=2")["boxes"] == []
    region.nobody.get(f"/api/v1/rounds/{number}/boxes?lot=x", status=422)
    lianxi("mirror", address(region), tmp_path / "mirror")
    for copy in (address(region), tmp_path / "mirror"):
        assert "1 results were worked out again" in lianxi("verify", copy, "--recount").stdout
    region.stop()
    tamper(region, change)
    region.start(now=moment(4))
    done = lianxi("verify", address(region), code=1)
    assert f"round/{number}" in done.stdout


@CHANGES
def test_verify_finds_a_box(region, lianxi, change):
    number = prepare(region)
    region.asker.act(f"/rounds/{number}/cast", approve=["A1"])
    region.other.act(f"/rounds/{number}/cast", approve=[])
    assert "hold" in region.verify()
    tamper(region, change)
    done = lianxi("verify", region.folder, code=1)
    assert f"round/{number}" in done.stdout


def test_killed_while_closing(region, lianxi):
    """Killed again and again between the steps of closing: the ballots are all there in the end, and the secret is gone."""
    number = prepare(region)
    for who, codes in (("asker", ["A1"]), ("backer", ["A2"]), ("other", ["A1", "A3"])):
        getattr(region, who).act(f"/rounds/{number}/cast", approve=codes)
    region.stop()
    for pause in (0, 0.4, 0.8, 1.0, 1.05, 1.1, 1.2):
        region.start(now=moment(4))
        time.sleep(pause)
        region.kill()
    region.start(now=moment(5))
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "counted")
    urn = region.nobody.ask("GET", region.nobody.read(f"/rounds/{number}")["urn"]["file"]).body.decode()
    assert sorted(line.split(";")[1] for line in urn.split("VOTES\n")[1].splitlines()[1:]) == ["A1", "A1,A3", "A2"]
    assert not list((region.folder / "keys").glob("round-*.key"))
    acts = [entry["act"] for entry in timeline(region, number)]
    assert [acts.count(f"round.{act}") for act in ("close", "publish", "destroy", "result")] == [1, 1, 1, 1]
    region.verify()
