# SPDX-License-Identifier: AGPL-3.0-or-later
"""An agreement over HTTP: what strangers see of it at every stage, its signatures, what it yields, its versions; never a position."""
import re
import urllib.parse

import pytest

DRAFT = {
    "title": {"text": "太湖蓝藻联合监测与信息公开协议", "lang": "zh-CN"},
    "preamble": "三方为统一太湖水域蓝藻的监测、预警与信息公开，约定如下。",
    "party": [{"member": "member/1"}, {"member": "member/2"}, {"member": "member/3"}],
    "article": [
        {"number": "1", "heading": "目的", "text": "为统一太湖水域蓝藻的监测、预警与信息公开，三方共同建设并运行一个监测网。"},
        {"number": "2", "heading": "信息公开", "text": "各断面数据逐小时公开，任何人可以免费获取；设备停用的，在一小时内注明原因。"},
        {"number": "3", "heading": "费用", "text": "监测网年度费用由三方按监测断面数分摊，于每年三月三十一日前缴入共同发展基金。"},
    ],
    "promise": [{"article": "2", "title": "公开各断面逐小时数据", "owner": "member/2", "due": "2027-06-30",
                 "indicator": "公开断面占比", "target": "100"}],
}
SECRET = "我方底线是按日公开"


def draft(region):
    return region.delegate1.make("/agreements/new/draft", DRAFT)


def sign(region, number, **second):
    region.secretary.act(f"/agreements/{number}/conclude")
    for member in (1, 2, 3):
        getattr(region, f"delegate{member}").act(f"/agreements/{number}/say", says="yes", **(second if member == 2 else {}))


def in_force(region):
    """An agreement in force since a day that has passed, with a reservation of the second party."""
    number = draft(region)
    region.officer2.act(f"/agreements/{number}/state", position=[{"article": "2", "stance": "amends", "text": SECRET}])
    region.delegate1.act(f"/agreements/{number}/propose", force_on="2026-01-01", ends_on="2040-12-31")
    sign(region, number, on="2026-11-12", reason="第二条自二〇二七年九月起适用。")
    region.secretary.act("/needs/1/hide", reason="让时钟走一步")  # a batch begins with the clock's due acts
    assert region.nobody.read(f"/agreements/{number}")["state"] == "in_force"
    return number


@pytest.fixture(scope="module")
def region(founded, tmp_path_factory):
    import region as regions
    region = founded.copy(tmp_path_factory.mktemp("agreements") / "region").start()
    regions.submit(region)
    yield region
    region.verify()


def test_a_draft_is_its_parties_alone(region):
    number = draft(region)
    region.officer2.act(f"/agreements/{number}/state", position=[{"article": "2", "stance": "rejects", "text": SECRET}])
    for client in (region.nobody, region.asker, region.stranger):
        client.get(f"/agreements/{number}", status=404)
        client.get(f"/api/v1/agreements/{number}", status=404)
    seen = region.officer3.read(f"/agreements/{number}")
    assert seen["position"][0]["text"]["text"] == SECRET
    assert SECRET in region.secretary.get(f"/agreements/{number}").body.decode()


def test_a_position_is_in_no_page_of_what_is_published(region):
    number = draft(region)
    region.officer2.act(f"/agreements/{number}/state", position=[{"article": "3", "stance": "amends", "text": SECRET}])
    region.delegate1.act(f"/agreements/{number}/propose", force_on="2040-01-01")
    shown = region.nobody.read(f"/agreements/{number}")
    assert "position" not in shown and shown["version"] == 1
    last = shown["last"]["n"]
    pages = [f"/agreements/{number}", f"/api/v1/agreements/{number}", "/agreements", "/api/v1/agreements", "/record"]
    pages += [f"/record/{n}" for n in range(shown["made"]["n"], last + 1)]
    for page in pages:
        body = region.nobody.get(page).body.decode()
        assert SECRET not in body and "amends" not in body, page
    region.secretary.act(f"/agreements/{number}/abandon", reason="不再需要")
    assert SECRET not in region.nobody.get(f"/agreements/{number}").body.decode()


def test_signatures_and_what_it_yields(region):
    number = in_force(region)
    shown = region.nobody.read(f"/agreements/{number}")
    voices = {v["ref"]: v for v in shown["consents"][0]["voices"]}
    assert voices["member/2"]["on"] == "2026-11-12" and "二〇二七" in voices["member/2"]["reason"]["text"]
    (made,) = shown["commitments"]
    assert made["article"] == 2 and made["owner"]["ref"] == "member/2" and made["state"] == "open"
    commitment = region.nobody.read(f"/commitments/{made['number']}")
    assert commitment["source"]["ref"] == f"agreement/{number}#article.2"
    page = region.nobody.get(f"/agreements/{number}").body.decode()
    assert f'href="/commitments/{made["number"]}"' in page and 'id="article.2"' in page and "二〇二七" in page
    assert f'href="/agreements/{number}#article.2"' in region.nobody.get(f"/commitments/{made['number']}").body.decode()


def test_who_has_not_signed_is_said(region):
    number = draft(region)
    region.delegate1.act(f"/agreements/{number}/propose", force_on="2040-01-01")
    region.secretary.act(f"/agreements/{number}/conclude")
    region.delegate1.act(f"/agreements/{number}/say", says="yes")
    english = region.nobody.get(f"/agreements/{number}?lang=en", Accept_Language="en").body.decode()
    assert "1 of 3 have signed" in english and english.count("Not yet") == 2
    assert "say?consent=" in region.delegate2.get(f"/agreements/{number}").body.decode()
    assert "say?consent=" not in region.nobody.get(f"/agreements/{number}").body.decode()


def test_an_amendment_shows_what_changed(region):
    number = in_force(region)
    region.delegate1.act(f"/agreements/{number}/amend", reason="改用公认的方法", article=[
        {"row": 3, "text": DRAFT["article"][2]["text"].replace("监测断面数", "附件二所列核仁解")}])
    for member in (1, 2, 3):
        getattr(region, f"delegate{member}").act(f"/agreements/{number}/say", says="yes")
    shown = region.nobody.read(f"/agreements/{number}")
    assert [v["version"] for v in shown["versions"]] == [1, 2] and shown["versions"][1]["changed"] == [3]
    page = region.nobody.get(f"/agreements/{number}").body.decode()
    assert re.search(r"<del><span class=\"vh\">[^<]*</span>监测断面数</del><ins><span class=\"vh\">[^<]*</span>附件二所列核仁解</ins>", page), \
        re.findall(r"<p class=\"wording\">.*?</p>", page)


def test_the_tag_moves_with_a_commitment(region):
    number = in_force(region)
    before = region.nobody.get(f"/agreements/{number}")
    (made,) = region.nobody.read(f"/agreements/{number}")["commitments"]
    region.officer2.act(f"/commitments/{made['number']}/report", evidence=[{"text": "已公开全部断面的数据。"}])
    after = region.nobody.get(f"/agreements/{number}")
    assert before.fields["etag"] != after.fields["etag"] and before.body != after.body


def post_form(client, path, **fields):
    """As a browser without script sends it."""
    body = urllib.parse.urlencode({name.replace("__", "."): value for name, value in fields.items()}).encode()
    return client.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"})


def test_by_forms_alone_rows_are_chosen_changed_and_left(region):
    number = in_force(region)
    form = region.delegate3.get(f"/agreements/{number}/leave", Accept="text/html").body.decode()
    rows = re.findall(r'name="party\.at(\d+)\.row" value="(\d+)"', form)
    assert rows == [("1", "1"), ("2", "2"), ("3", "3")]
    answer = post_form(region.delegate3, f"/agreements/{number}/leave", party__at1__row="1", reason="另有安排", on="2027-12-31")
    assert answer.status == 403
    answer = post_form(region.delegate3, f"/agreements/{number}/leave", party__at3__row="3", reason="另有安排", on="2027-12-31")
    assert answer.status == 303, answer
    shown = region.nobody.read(f"/agreements/{number}")
    assert [p["member"]["ref"] for p in shown["party"]] == ["member/1", "member/2"]
    assert shown["former"][0]["until"] == "2027-12-31"


def test_by_form_only_what_is_ticked_changes(region):
    number = draft(region)
    form = region.delegate1.get(f"/agreements/{number}/revise", Accept="text/html").body.decode()
    assert DRAFT["article"][1]["text"] in form and 'name="article.at2.drop"' in form and "position" not in form
    texts = {f"article__at{i + 1}__text": a["text"] + "（修改）" for i, a in enumerate(DRAFT["article"])}
    answer = post_form(region.delegate1, f"/agreements/{number}/revise", **texts, article__at2__row="2", article__at3__row="3",
                       article__at3__drop="yes", article__0__number="4", article__0__text="本协议有效期五年。")
    assert answer.status == 303, answer
    shown = region.officer2.read(f"/agreements/{number}")
    assert [(a["number"], a["text"]["text"].endswith("（修改）")) for a in shown["article"]] == [("1", False), ("2", True), ("4", False)]


def test_more_rows_are_drawn_and_nothing_is_entered(region):
    before = region.entries
    answer = post_form(region.delegate1, "/agreements/new/draft", title="一份新的协议", party__0__member="member/1", add="party")
    assert answer.status == 200 and region.entries == before
    page = answer.body.decode()
    assert 'name="party.3.member"' in page and "一份新的协议" in page
