# SPDX-License-Identifier: AGPL-3.0-or-later
"""A need without an account: asked by anyone where the charter allows it, followed by number and query code, up to the verdict."""
import json
import re
import sqlite3
import subprocess

import pytest

from region import ANSWER, VERDICT, Client

TEXT = "路口夜里很暗，行人看不清车。"
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")


def need(title):
    return {"title": title, "text": TEXT, "kind": "report", "category": "transport", "contact": "13800001111"}


@pytest.fixture
def region(founded, tmp_path):
    region = founded.copy(tmp_path / "region").start()
    yield region
    region.verify()


def ask(region, title, **fields):
    return region.nobody.ask("POST", "/api/v1/needs/open/submit", need(title), fields)


def follow(region, number, code, act=None, body=None, path="/api/v1"):
    where = f"{path}/follow/needs/{number}" + (f"/{act}" if act else "")
    return region.nobody.ask("POST" if act else "GET", where, body if act else None, {"Query-Code": code})


def test_from_question_to_verdict_by_a_program(region):
    made = ask(region, "路灯不亮的路口").json()
    number, code = made["number"], made["code"]
    assert CODE.fullmatch(code)
    region.secretary.act(f"/needs/{number}/route", lead="member/2")
    region.officer2.act(f"/needs/{number}/ask", reason="是哪一个路口？")
    # who asks sees the contact that was left; the public does not
    assert follow(region, number, code).json()["contact"] == "13800001111"
    assert "contact" not in region.nobody.read(f"/needs/{number}")
    answer = follow(region, number, code.lower().replace("-", " "), "reply", {"reason": "人民路和解放路口。"})
    assert answer.status == 200, answer
    region.officer2.act(f"/needs/{number}/answer", ANSWER)
    assert follow(region, number, code, "verdict", VERDICT).status == 200
    assert region.nobody.read(f"/needs/{number}")["state"] == "closed"
    assert follow(region, number, code, "reopen", {"reason": "又不亮了。"}).status == 200
    assert follow(region, number, code, "withdraw", {"reason": "自己修好了。"}).status == 200
    # the same pseudonym all the way, and nothing of the code anywhere
    by = {json.loads(row)["by"] for row in entries(region) if json.loads(row).get("as") in ("visitor", "asker")}
    assert len(by) == 1 and by.pop().startswith("p:")


def entries(region):
    with sqlite3.connect(f"file:{region.database}?mode=ro", uri=True) as db:
        return [row[0] for row in db.execute("SELECT bytes FROM entry")]


def test_nothing_of_the_code_is_kept(region):
    made = ask(region, "不留痕迹的查询码").json()
    code = made["code"]
    assert follow(region, made["number"], code).status == 200
    log = region.server.log
    region.stop()
    for file in [*region.folder.rglob("*"), log]:
        if file.is_file():
            data = file.read_bytes()
            for form in (code, code.replace("-", ""), code.lower()):
                assert form.encode() not in data, file
    region.start()


def test_a_wrong_code_opens_nothing(region):
    one, other = ask(region, "第一个匿名需求").json(), ask(region, "第二个匿名需求").json()
    for code in (other["code"], "0000-0000-0000-0000", "", "x", "K7QM" * 50):
        before = region.entries
        got = follow(region, one["number"], code)
        assert got.status == 403 and "13800001111" not in got.body.decode(), got
        assert follow(region, one["number"], code, "withdraw", {}).status in (403, 429)
        assert region.entries == before
    # guessing on is slowed, for this record and address
    answers = [follow(region, one["number"], "0000-0000-0000-0000").status for _ in range(12)]
    assert 429 in answers and set(answers) <= {403, 429}
    assert follow(region, other["number"], other["code"]).status == 200


def test_a_visitor_may_nothing_else(region):
    made = ask(region, "匿名者只能办自己的事").json()
    number, code = made["number"], made["code"]
    for act, body in (("route", {"lead": "member/2"}), ("back", {}), ("hide", {"reason": "不想公开了"}), ("sign", {}),
                      ("note", {"note": [{"text": "内部"}]})):
        answer = follow(region, number, code, act, body)
        assert answer.status == 403 and answer.json()["code"] == "act.relation", (act, answer)
    for path in ("/api/v1/commitments/open/pledge", "/api/v1/needs/open/route", "/api/v1/members/open/apply", "/api/v1/persons/open/register"):
        assert region.nobody.ask("POST", path, {}).status == 404, path
    assert region.asker.ask("POST", "/api/v1/needs/open/submit", need("已登录的人")).status == 404


class Visitor:
    """A browser without an account: keeps cookies by path."""

    def __init__(self, region):
        self.client, self.cookies = Client(region.server.port), {}

    def fields(self, path):
        cookie = "; ".join(value for prefix, value in self.cookies.items() if path.startswith(prefix))
        return {"Accept": "text/html", **({"Cookie": cookie} if cookie else {})}

    def keep(self, answer):
        for text in answer.fields.get("set-cookie", "").split(", visit="):
            found = re.search(r"(?:visit=)?([^;]*);.*Path=(/follow/[^;]+)", text)
            if found:
                self.cookies[found.group(2)] = "visit=" + found.group(1).removeprefix("visit=")
        return answer

    def get(self, path, status=200):
        answer = self.keep(self.client.ask("GET", path, None, self.fields(path)))
        assert answer.status == status, answer
        return answer.body.decode()

    def post(self, path, fields):
        from urllib.parse import urlencode
        return self.keep(self.client.ask("POST", path, urlencode(fields).encode(),
                                         {**self.fields(path), "Content-Type": "application/x-www-form-urlencoded"}))


def hidden(page):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_in_a_browser_without_script(region):
    visitor = Visitor(region)
    home = visitor.get("/")
    assert "/needs/open/submit" in home, [part for part in home.split(chr(10)) if "submit" in part or "btn" in part]
    page = visitor.get("/needs/open/submit?category=transport")
    kept = hidden(page)
    assert CODE.fullmatch(kept["code"]) and kept["once"]
    refused = visitor.post("/needs/open/submit", {**kept, **need("短")})
    assert refused.status == 422 and hidden(refused.body.decode())["code"] == kept["code"]
    sent = {**kept, **need("浏览器里的匿名需求")}
    done = visitor.post("/needs/open/submit", sent)
    assert done.status == 201 and kept["code"] in done.body.decode() and done.fields["cache-control"] == "private, no-store"
    again = visitor.post("/needs/open/submit", sent)  # the button pressed twice
    number = re.search(r'href="/follow\?number=(\d+)"', done.body.decode()).group(1)
    assert again.status == 201 and f'number={number}"' in again.body.decode()
    # another code sees nothing, this one does
    assert visitor.post("/follow", {"number": number, "code": "0000-0000-0000-0000"}).status == 422
    looked = visitor.post("/follow", {"number": number, "code": kept["code"]})
    assert looked.status == 303 and looked.fields["location"] == f"/follow/needs/{number}"
    assert "HttpOnly" in looked.fields["set-cookie"] and "SameSite=Strict" in looked.fields["set-cookie"]
    page = visitor.get(f"/follow/needs/{number}")
    assert "13800001111" in page and f'href="/follow/needs/{number}/withdraw"' in page
    form = hidden(visitor.get(f"/follow/needs/{number}/withdraw"))
    gone = visitor.post(f"/follow/needs/{number}/withdraw", {**form, "reason": "不需要了。"})
    assert gone.status == 303 and gone.fields["location"].startswith(f"/follow/needs/{number}?entry=")
    assert region.nobody.read(f"/needs/{number}")["state"] == "withdrawn"
    left = visitor.post(f"/follow/needs/{number}/end-visit", {})
    assert left.status == 303 and left.fields["location"] == "/follow"
    visitor.get(f"/follow/needs/{number}", 403)


def test_a_page_for_one_reader_is_kept_by_no_cache(region):
    made = ask(region, "不进缓存的页面").json()
    answer = region.nobody.ask("GET", f"/follow/needs/{made['number']}", None, {"Query-Code": made["code"], "Accept": "text/html"})
    assert answer.status == 200 and answer.fields["cache-control"] == "private, no-store" and "etag" not in answer.fields


def test_where_the_charter_does_not_allow_it(founded, tmp_path):
    region = founded.copy(tmp_path / "closed").start()
    # by amendment: three voices
    region.delegate1.act("/charter/1/amend", without_account="no", reason="实名提交。")
    for n in (1, 2, 3):
        region.client(f"delegate{n}").send("/charter/1/say", {"says": "yes"})
    assert region.nobody.read("/charter")["without_account"] == "no"
    assert ask(region, "章程不允许的提交").status == 404
    assert region.nobody.ask("GET", "/needs/open/submit", None, {"Accept": "text/html"}).status == 404
    region.verify()


def test_floods_are_slowed(founded, tmp_path):
    region = founded.copy(tmp_path / "flood").start()
    answers = [ask(region, f"一连串的需求 {i}").status for i in range(12)]
    assert answers[0] == 201 and answers[-1] == 429 and set(answers) <= {201, 429}
    region.verify()
