# SPDX-License-Identifier: AGPL-3.0-or-later
"""The members' board: what it counts is what happened, the same as a page, JSON and CSV; what may not be read is not counted."""
import csv
import datetime
import io
import re

import pytest

import region as regions


@pytest.fixture(scope="module")
def board(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("duty") / "region").start()
    for state in ("closed", "answered", "signed", "submitted", "withdrawn"):
        regions.carry(region, state)
    region.officer2.make("/commitments/new/pledge", title="修好路灯", owner="member/2", due="2030-01-31")
    kept = region.officer2.make("/commitments/new/pledge", title="公布时刻表", owner="member/2", due="2030-01-31")
    region.officer2.act(f"/commitments/{kept}/report", evidence=[{"text": "时刻表已经公布在网站上。"}])
    region.secretary.act(f"/commitments/{kept}/confirm")
    yield region
    region.kill()


def row(region, member=2):
    return next(r for r in region.nobody.read("/duty")["members"] if r["member"]["ref"] == f"member/{member}")


def test_it_counts_what_happened(board):
    found = row(board)
    assert (found["led"], found["answered"], found["in_time"], found["overdue"]) == (3, 2, 2, 0)
    assert (found["judged"], found["solved"], found["satisfied"]) == (1, 0, 0)  # partly is not solved
    assert (found["promised"], found["kept"], found["late"], found["broken"]) == (2, 1, 0, 0)
    assert row(board, 1)["led"] == 0


def test_the_same_as_csv_and_as_a_page(board):
    table = list(csv.DictReader(io.StringIO(board.nobody.get("/duty.csv").body.decode())))
    own = next(r for r in table if r["member"] == "member/2")
    assert {k: int(own[k]) for k in ("led", "answered", "kept")} == {"led": 3, "answered": 2, "kept": 1}
    assert len(table) == len(board.nobody.read("/duty")["members"])
    page = board.nobody.get("/duty", Accept="text/html", Accept_Language="en").body.decode()
    assert re.search(r"100\.0 %\s.*?2 / 2", page, re.S) and re.search(r"0\.0 %\s.*?0 / 1", page, re.S)
    assert "No commitment is overdue" in page and 'href="/duty.csv"' in page


def test_what_is_overdue_stands_on_board_and_map(founded, tmp_path):
    region = founded.copy(tmp_path / "region").start()
    need = regions.carry(region, "signed")
    due = datetime.datetime.fromisoformat(region.nobody.read(f"/needs/{need}")["answer_by"].replace("Z", "+00:00"))
    number = region.officer2.make("/commitments/new/pledge", title="修好路灯", owner="member/2", due=str(due.date()))
    region.stop()
    region.start(now=(due + datetime.timedelta(hours=36)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    regions.wait_for(lambda: row(region)["late"] == 1 and row(region)["overdue"] == 1)
    page = region.nobody.get("/duty", Accept="text/html", Accept_Language="en").body.decode()
    assert f'href="/commitments/{number}"' in page and 'class="st late"' in page
    region.officer2.act(f"/needs/{need}/answer", regions.ANSWER)
    found = row(region)
    assert (found["answered"], found["in_time"], found["overdue"]) == (1, 0, 0)
    region.kill()


def test_what_is_hidden_is_not_counted(board):
    number = regions.carry(board, "signed")
    before = row(board)["led"]
    board.secretary.act(f"/needs/{number}/hide", reason="涉及他人隐私，依章程隐藏。")
    assert row(board)["led"] == before - 1
