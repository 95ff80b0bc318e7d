# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows and panels of lists are kept between requests: whatever happens to a record, the next page shows it so, to everyone."""
import html
import re

import pytest

from region import NOON, Client

REASON = {"reason": "核实其中的个人信息"}


@pytest.fixture(scope="module")
def region(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("kept") / "region").start(now=NOON)
    yield region
    region.verify()


def submit(region, title, **more):
    return region.asker.make("/needs/new/submit", title=title, text="一段足够长的说明文字。", category="transport", kind="question", **more)


def row(client, number, path="/needs"):
    """The row of a need in a list, without markup; None where it is not there."""
    page = client.get(path).body.decode()
    rows = [each for each in re.findall(r"<tr.*?</tr>", page, re.S) if f'href="/needs/{number}"' in each]
    assert len(rows) <= 1
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", rows[0])).split()) if rows else None


def panel(client, path="/needs"):
    return re.search(r'<form class="filters".*?</form>', client.get(path).body.decode(), re.S).group(0)


def everyone(region):
    return [region.nobody, region.asker, region.secretary, region.officer2]


def test_a_kept_row_follows_every_act(region):
    number = submit(region, "第一件要看的事")
    rows = [row(client, number) for client in everyone(region)]
    assert rows[0] and rows.count(rows[0]) == 4 and "第一件要看的事" in rows[0]
    assert "Needs" in region.nobody.get("/needs?lang=en").body.decode() and row(region.nobody, number, "/needs?lang=en") != rows[0]
    region.secretary.act(f"/needs/{number}/route", lead="member/2")
    routed = [row(client, number) for client in everyone(region)]
    assert routed[0] != rows[0] and routed.count(routed[0]) == 4
    entry = region.nobody.read(f"/needs/{number}")["made"]["n"]
    region.asker.act(f"/needs/{number}/correct", entry=entry, title="已经改名的事", reason="写错了")
    assert "已经改名的事" in row(region.nobody, number) and "已经改名的事" in row(region.secretary, number)


def test_who_may_read_what_is_hidden_leaves_nothing_for_others(region):
    number = submit(region, "要被隐藏的事")
    assert all(row(client, number) for client in everyone(region))
    region.secretary.act(f"/needs/{number}/hide", REASON)
    assert region.secretary.get(f"/needs/{number}").status == 200
    for client in everyone(region):
        assert row(client, number) is None and "要被隐藏的事" not in client.get("/needs").body.decode()
    region.secretary.act(f"/needs/{number}/unhide", reason="已核对")
    assert all(row(client, number) for client in everyone(region))


def test_numbers_of_the_panel_are_of_now(region):
    def chosen(path):
        return panel(region.nobody, path), region.nobody.get(f"/api/v1{path}").json()["total"]

    before, total = chosen("/needs?place=member/2")
    assert chosen("/needs?place=member/2") == (before, total)
    submit(region, "又一件那里的事", place="member/2")
    after, more = chosen("/needs?place=member/2")
    assert more == total + 1 and after != before
    assert chosen("/needs?place=member/1")[0] != after
    assert panel(region.nobody, "/needs?q=%22%3E%3Cb%3E") != panel(region.nobody, "/needs")


def test_the_language_and_the_filter_name_the_piece(region):
    submit(region, "语言不同的事")
    pages = {path: panel(region.nobody, path) for path in ("/needs?lang=zh", "/needs?lang=en", "/needs?lang=zh&state=submitted", "/needs?lang=zh&kind=question")}
    assert len(set(pages.values())) == 4
    assert all(panel(Client(region.server.port), path) == before for path, before in pages.items())
