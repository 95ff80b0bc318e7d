# SPDX-License-Identifier: AGPL-3.0-or-later
"""An electoral register for a round: from a file whose identity numbers are kept nowhere, matched with what residents proved."""
import sqlite3
import time

import pytest

from region import names, submit, wait_for
from test_rounds import entrants, later, moment, timeline

ON_ROLL, WRITTEN = "310101199003078881", "310101-19900307-888x"  # of `asker`, of `other`
NOBODYS = "440301198501018887"
FILE = f"id,member,district\n{NOBODYS},A,东区\n3101 0119 9003 0788 81,B,西区\n31010119900307888X,member/3,\n"


def prove(region, who, proof):
    """The residence verified anew, by another proof."""
    number, client = region.numbers[who], getattr(region, who)
    home = client.read("/account/data")["person"]["home"]
    client.act(f"/persons/{number}/unverify", reason="换一种证明。")
    client.act(f"/persons/{number}/claim", home=home["ref"] if isinstance(home, dict) else home, proof=proof)
    officer = "officer" + str(home["ref"] if isinstance(home, dict) else home).split("/")[1]
    getattr(region, officer).act(f"/persons/{number}/verify")


def prepare(region):
    """A round that is not frozen yet, in a region that is not served."""
    prove(region, "asker", ON_ROLL)
    prove(region, "other", WRITTEN)
    number = region.secretary.make("/rounds/new/prepare", {
        "names": names("公共项目投票", "Joint projects"), "rule": "mes", "utility": "cost", "completion": "add1x,greedy", "tie": "id",
        "budget": "1000.00", "opens": moment(-1), "closes": moment(3), "entrant": entrants()})
    region.stop()
    return number


def bring(lianxi, region, number, text, tmp_path, **more):
    file = tmp_path / "register.csv"
    file.write_text(text)
    return lianxi("import", "roll", file, "--round", number, "--region", region.folder, **more)


def table(region, name):
    with sqlite3.connect(f"file:{region.database}?mode=ro", uri=True) as db:
        return db.execute(f"SELECT * FROM {name}").fetchall()


def bytes_of(region):
    return b"\0".join(path.read_bytes() for path in region.folder.rglob("*") if path.is_file())


def open_round(region, number):
    region.start()
    region.secretary.act(f"/rounds/{number}/freeze")
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "open")


def test_who_stands_in_the_register_votes_and_nobody_else(lianxi, region, tmp_path):
    number = prepare(region)
    said = bring(lianxi, region, number, FILE, tmp_path).stdout
    assert f"3 electors may vote in round {number}" in said
    open_round(region, number)
    shown = region.nobody.read(f"/rounds/{number}")
    assert (shown["electors"], shown["roll_size"], shown["sample"]) == (3, 3, [])
    assert sorted((row["member"]["ref"], row["verified"]) for row in shown["electorate"]) == [
        ("member/1", 1), ("member/2", 1), ("member/3", 1)]
    region.asker.act(f"/rounds/{number}/cast", approve=["A1"])
    region.other.act(f"/rounds/{number}/cast", approve=["A2"])
    region.asker.refused(f"/rounds/{number}/cast", 409, "round_voted", approve=["A1"])
    region.backer.refused(f"/rounds/{number}/cast", 403, "round_not_on_roll", approve=["A1"])
    # a second account with the same proof is the same elector
    prove(region, "backer", ON_ROLL)
    region.backer.refused(f"/rounds/{number}/cast", 409, "round_voted", approve=["A1"])
    assert "hold" in region.verify()


def test_an_identity_number_is_nowhere_and_its_hash_goes_with_the_closing(lianxi, region, tmp_path):
    number = prepare(region)
    done = bring(lianxi, region, number, FILE, tmp_path)
    written = [NOBODYS, "4403 0119 8501 0188 87", "东区"]
    assert not any(text in done.stdout + done.stderr for text in written[:2])
    key = table(region, "round_register_key")[0][1]
    hashes = [row[1] for row in table(region, "round_register")]
    assert len(key) == 32 and len(set(hashes)) == 3
    open_round(region, number)
    region.asker.act(f"/rounds/{number}/cast", approve=["A1"])
    whole = bytes_of(region) + region.server.log.read_bytes()
    assert NOBODYS.encode() not in whole and NOBODYS[::-1].encode() not in whole and written[1].encode() not in whole
    assert key in whole, "what is there is found"
    # no entry tells who is which number, and of which district a number is stays with secretariat and auditors
    for entry in timeline(region, number):
        assert "东区" not in str(entry) and "district" not in str(entry)
    assert "东区" not in str(region.nobody.read(f"/rounds/{number}/roll"))
    page = region.nobody.ask("GET", f"/rounds/{number}/roll", fields={"Accept": "text/html", "Accept-Language": "zh-CN"}).body.decode()
    assert "选民名册" in page and "居住地已核验" not in page
    later(region, 4)
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "counted")
    assert table(region, "round_register") == [] and table(region, "round_register_key") == []
    wait_for(lambda: not any(data in bytes_of(region) for data in [key, *hashes]), 90)
    region.verify()


@pytest.mark.parametrize("text, place, words", [
    ("id,member\n440301198501018887,A\n440301198501018888,Z\n", "line 3, column 20", "member"),
    ("id,member\n44,A\n", "line 2, column 1", "identity number"),
    ("id,member\n4403019850101888é,A\n", "line 2, column 1", "identity number"),
    ("id,member\n440301198501018887,A\n4403 0119 8501 0188 87,B\n", "line 3, column 1", "line 2"),
    ("id,member\n440301198501018887\n", "line 2, column 1", "cells"),
    ("id,name\n440301198501018887,A\n", "line 1, column 4", "district"),
    ("id,district\n440301198501018887,A\n", "line 1, column 1", "district"),
    ("id,member\n", "line 1, column 1", "nobody"),
    ('id,member\n"440301198501018887,A\n', "line 2, column 1", "quot"),
])
def test_a_register_that_cannot_be_taken_over_changes_nothing(lianxi, region, tmp_path, text, place, words):
    number = prepare(region)
    bring(lianxi, region, number, FILE, tmp_path)
    before = table(region, "round_register"), table(region, "round_register_key"), table(region, "entry")
    done = bring(lianxi, region, number, text, tmp_path, code=None)
    assert done.returncode in (2, 3) and place in done.stderr and words in done.stderr and "register.csv" in done.stderr, done.stderr
    assert NOBODYS not in done.stderr
    assert (table(region, "round_register"), table(region, "round_register_key"), table(region, "entry")) == before


def test_a_further_register_takes_the_place_of_the_first(lianxi, region, tmp_path):
    number = prepare(region)
    bring(lianxi, region, number, FILE, tmp_path)
    first = table(region, "round_register_key")
    bring(lianxi, region, number, f"member,id\nC,{NOBODYS}\n", tmp_path)
    assert len(table(region, "round_register")) == 1 and table(region, "round_register_key") != first
    done = lianxi("import", "roll", tmp_path / "register.csv", "--round", number, "--region", region.folder, "--as", "999", code=3)
    assert "999" in done.stderr
    open_round(region, number)
    assert region.nobody.read(f"/rounds/{number}")["roll_size"] == 1
    region.asker.refused(f"/rounds/{number}/cast", 403, "round_not_on_roll", approve=["A1"])
    region.secretary.refused(f"/rounds/{number}/register", 409, "act.state")
    region.stop()
    assert "state" in bring(lianxi, region, number, FILE, tmp_path, code=3).stderr


def test_a_large_roll_is_entered_in_parts_while_others_act(lianxi, region, tmp_path):
    """Killed again and again while it is entered: each number is there once in the end, and what others did meanwhile too."""
    number, count = prepare(region), 30000
    bring(lianxi, region, number, "id,member,district\n" + "".join(f"{10**17 + i},{'ABC'[i % 3]},区 {i % 7}\n" for i in range(count)), tmp_path)
    region.start()
    region.secretary.act(f"/rounds/{number}/freeze")
    needs = 0
    for pause in (0, 0.6, 1.1, 1.3, 1.6):
        time.sleep(pause)
        submit(region)
        needs += 1
        state = region.nobody.read(f"/rounds/{number}")["state"]
        region.kill()
        region.start()
    assert state in ("freezing", "frozen", "open")
    wait_for(lambda: region.nobody.read(f"/rounds/{number}")["state"] == "open", 120)
    shown = region.nobody.read(f"/rounds/{number}")
    assert shown["roll_size"] == count and sum(row["verified"] for row in shown["electorate"]) == count
    assert region.nobody.read("/needs?page=1")["total"] == needs
    rolls = [entry["do"] for entry in timeline(region, number) if entry["act"] == "round.enrol"]
    numbers = [row[0] for do in rolls for effect in do if effect[0] == "rows" for row in effect[4]]
    assert numbers == list(range(1, count + 1)) and len(rolls) > 20
    assert table(region, "round_enrolling") == []
    region.verify()
