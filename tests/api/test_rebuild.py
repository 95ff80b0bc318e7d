# SPDX-License-Identifier: AGPL-3.0-or-later
"""The derived tables are what the journal says, row for row; a stranger's reader (tests/journal/reader.py) agrees with the API.

One long story with all that makes that hard: an erasure, withdrawn contents, an amended calendar, extensions, corrections,
reversals, hiding, deadlines that pass.
"""
import calendar
import json
import sqlite3
import subprocess
import sys
import time

import pytest
from conftest import TOP
from region import ANSWER, NOON, PASSWORD, VERDICT, carry, need, submit, wait_for

REASON = {"reason": "理由写在这里。"}


def after(days):
    """The moment so many days after NOON, and that day."""
    moment = calendar.timegm(time.strptime(NOON, "%Y-%m-%dT%H:%M:%SZ")) + days * 86400
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)), time.strftime("%Y-%m-%d", time.gmtime(moment))


def amend_calendar(region):
    """Every weekday of the next three weeks becomes a holiday, one weekend day a working day."""
    days = [after(n)[1] for n in range(1, 22)]
    weekday = {day: calendar.weekday(*map(int, day.split("-"))) for day in days}
    rows = [{"day": day, "is": "holiday"} for day in days if weekday[day] < 5]
    rows += [{"day": next(day for day in days if weekday[day] == 6), "is": "workday"}]
    before = region.nobody.read("/charter")
    assert before["day"] == []
    region.delegate2.act("/charter/1/amend", day=rows, **REASON)
    for n in (3, 1):
        getattr(region, f"delegate{n}").act("/charter/1/say", says="yes", reason="同意")
    assert len(region.nobody.read("/charter")["day"]) == len(rows)


def tell(region):
    """The story; the numbers of its needs."""
    early = carry(region, "routed")
    amend_calendar(region)
    late = carry(region, "routed")
    by = [region.nobody.read(f"/needs/{n}")["answer_by"] for n in (early, late)]
    assert by[0] < by[1], "what was routed before the amendment keeps its deadline"
    extended = carry(region, "signed")
    region.officer2.act(f"/needs/{extended}/extend", answer_by=after(40)[1], **REASON)
    region.secretary.act(f"/needs/{extended}/say", says="yes")
    asked = carry(region, "asked")
    region.asker.act(f"/needs/{asked}/reply", REASON)
    reopened = carry(region, "closed")
    region.asker.act(f"/needs/{reopened}/reopen", REASON)
    answered = carry(region, "answered")
    entry = region.nobody.read(f"/needs/{answered}")["last"]["n"]
    region.officer2.act(f"/needs/{answered}/correct", entry=entry, outcome="planned", **REASON)
    backed = carry(region, "submitted")
    for name in ("backer", "other"):
        getattr(region, name).act(f"/needs/{backed}/back")
    region.backer.act(f"/needs/{backed}/unback")
    returned = carry(region, "routed")
    region.officer2.act(f"/needs/{returned}/return", other="member/3", **REASON)
    hidden = carry(region, "answered", called="某人", contact="13800000000")
    region.secretary.act(f"/needs/{hidden}/hide", REASON)
    region.asker.act(f"/needs/{hidden}/verdict", VERDICT)
    shown = carry(region, "submitted")
    region.secretary.act(f"/needs/{shown}/hide", REASON)
    region.secretary.act(f"/needs/{shown}/unhide", REASON)
    gone = carry(region, "answered")
    region.secretary.act(f"/needs/{gone}/gone", content=region.nobody.read(f"/needs/{gone}")["text"]["content"], ground="7.2", **REASON)
    noted = carry(region, "signed")
    region.officer3.act(f"/needs/{noted}/note", note=[{"text": "内部说明"}])
    pledged = region.officer2.make("/commitments/new/pledge", title="高峰加密到十五分钟", owner="member/2", due=after(5)[1])
    region.officer2.act(f"/commitments/{pledged}/postpone", due=after(60)[1], **REASON)
    region.officer2.act(f"/commitments/{pledged}/report", evidence=[{"text": "已发车 40 班", "value": "40.5"}])
    region.secretary.act(f"/commitments/{pledged}/doubt", REASON)
    region.register("leaver", phone="13811112222")
    region.settle("leaver", 2)
    left = submit(region, "leaver", called="某人")
    region.leaver.act(f"/persons/{region.numbers['leaver']}/erase", REASON)
    mandate = region.admin3.make("/mandates/new/grant", holder="member/3", office="officer", person="other", called="某")
    region.other.act(f"/mandates/{mandate}/accept")
    region.admin3.act(f"/mandates/{mandate}/revoke", on=after(-3)[1], **REASON)
    return {"extended": extended, "reopened": reopened, "left": left, "early": early}


def settled(region):
    """Whether the clock has entered all that was due."""
    before = region.entries
    time.sleep(2.5)
    return region.entries == before


@pytest.fixture(scope="module")
def story(founded, tmp_path_factory):
    own = founded.copy(tmp_path_factory.mktemp("story") / "region").start(now=NOON)
    told = tell(own)
    own.stop()
    for days in (2, 9, 45):  # deadlines pass: late, raised, lapsed
        own.start(now=after(days)[0])
        wait_for(lambda: settled(own), 60)
        own.stop()
    yield own, told
    own.kill()


def tables_of(path):
    """Every table's rows, in an order of their own."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        names = [n for n, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'")]
        found = {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
    db.close()
    return found


def read_independently(region, *options):
    done = subprocess.run([sys.executable, TOP / "tests" / "journal" / "reader.py", region.database, *options],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_story_has_what_it_should(story):
    region, told = story
    region.start(now=after(45)[0])
    acts = set()
    for n in range(1, region.entries + 1):
        acts.add(region.secretary.read(f"/record/{n}").get("act"))
    assert {"need.overdue", "need.raise", "need.unsigned", "need.lapse", "need.gone", "need.correct", "need.hide", "need.extend",
            "charter.amend", "commitment.doubt"} <= acts
    states = {name: region.nobody.read(f"/needs/{number}")["state"] for name, number in told.items()}
    assert states["left"] == "submitted" and states["reopened"] in ("routed", "signed")
    region.stop()


def test_verify_and_rebuild_give_the_same_rows(story, lianxi, tmp_path):
    region, _ = story
    said = region.verify()
    before = tables_of(region.database)
    assert len(before["entry"]) > 100 and len(before["need"]) > 10
    copy = region.copy(tmp_path / "copy")
    lianxi("rebuild", copy.folder)
    rebuilt = tables_of(copy.database)
    assert rebuilt.keys() == before.keys()
    for name in before:
        assert rebuilt[name] == before[name], name
    assert copy.verify() == said


def test_a_rebuilt_region_searches_as_before(story, lianxi, tmp_path):
    region, _ = story
    copy = region.copy(tmp_path / "copy")
    lianxi("rebuild", copy.folder)
    found = []
    for each in (region, copy):
        each.start(now=after(45)[0])
        found.append([each.nobody.read(f"/needs?q={q}") for q in ("%E5%85%AC%E4%BA%A4", "%E6%97%A9%E6%99%9A", "%E5%8A%A0%E5%AF%86")])
        each.stop()
    assert found[0] == found[1] and found[0][0]["total"] > 5


def test_verify_finds_a_changed_row(story, lianxi, tmp_path):
    """The comparison can fail: one value of one row."""
    copy = story[0].copy(tmp_path / "copy")
    with sqlite3.connect(copy.database) as db:
        db.execute("UPDATE need SET f_returns = 7 WHERE id = 1")
    db.close()
    done = lianxi("verify", copy.folder, code=1)
    assert "need" in done.stdout


@pytest.mark.parametrize("options", [(), ("--open",)])
def test_an_independent_reader_agrees_with_the_api(story, options):
    region, told = story
    derived = read_independently(region, *options)
    region.start(now=after(45)[0])
    try:
        client = region.nobody if options else region.secretary
        compared = 0
        for of, record in derived["records"].items():
            plural = {"need": "needs", "commitment": "commitments", "member": "members", "mandate": "mandates"}.get(of.split("/")[0])
            if plural is None or (options and record["fields"].get("hidden")):
                continue
            shown = client.read(f"/{plural}/{of.split('/')[1]}")
            for field in ("state", "outcome", "solved", "kind", "returns", "office"):
                if field in shown:
                    assert shown[field] == record["fields"].get(field), (of, field)
            for field in ("lead", "holder", "owner", "superior"):
                if field in shown:
                    assert (shown[field] or {}).get("ref") == record["fields"].get(field), (of, field)
            for term, now in record["terms"].items():
                told_terms = {t["term"]: t["stage"] for t in shown["terms"]}
                assert told_terms[term] == now["stage"], (of, term)
            if "backers" in shown:
                assert shown["backers"] == len(record["rows"].get("backer", {})), of
            assert shown["last"]["n"] == record["entries"][-1]
            compared += 1
        assert compared > 20
        assert derived["size"] == region.entries
    finally:
        region.stop()


def test_the_erased_are_gone_for_the_reader_too(story):
    region, told = story
    inside = read_independently(region)["records"]
    person = inside[f"person/{region.numbers['leaver']}"]
    assert person["fields"]["state"] == "erased" and len(person["gone"]) >= 3
    assert "called" in inside[f"need/{told['left']}"]["fields"], "the reference stays, what it named is gone"


def test_backup_and_restore_give_the_same_region(story, lianxi, tmp_path):
    region, _ = story
    lianxi("backup", region.folder, tmp_path / "backup.db")
    lianxi("restore", tmp_path / "backup.db", tmp_path / "restored")
    assert tables_of(tmp_path / "restored" / "lianxi.db") == tables_of(region.database)
    lianxi("verify", tmp_path / "restored")
    assert PASSWORD.encode() not in (tmp_path / "backup.db").read_bytes()


def test_tables_of_an_older_program_are_mended(founded, lianxi, tmp_path):
    """Made before there were some lists, fields and tables: they are added in place, and a rebuild fills them."""
    region = founded.copy(tmp_path / "region")
    with sqlite3.connect(region.database) as db:
        for change in ("ALTER TABLE round DROP COLUMN n_lot", "ALTER TABLE round DROP COLUMN f_electors", "DROP TABLE round_lot",
                       "ALTER TABLE round_enrolling DROP COLUMN district", "DROP TABLE need_title"):
            db.execute(change)
    lianxi("rebuild", region.folder)
    region.start()
    submit(region)
    region.verify()
    region.kill()
