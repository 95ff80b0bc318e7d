# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own account from outside: second factor, tokens, signing out everywhere, lost passwords, own data, erasure."""
import base64
import hashlib
import hmac
import html
import json
import pathlib
import re
import struct
import time
import urllib.parse

import pytest
import region as regions
from region import PASSWORD, Client

NEW = "another long pass-phrase"


def totp(secret, ahead=0):
    """RFC 6238 with SHA-1, six digits, half a minute."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


class Session:
    """Somebody signed in by password, as a browser is; `ask` speaks JSON, `page` and `post` HTML."""

    def __init__(self, port, name, password=PASSWORD, code=None):
        self.client = Client(port)
        self.name = name
        self.answer = self.client.ask(
            "POST", "/api/v1/sign-in", {"name": name, "password": password, **({"code": code} if code else {})})
        self.cookie = self.answer.fields.get("set-cookie", "session=").split(";")[0]
        self.csrf = self.account()["csrf"] if self.answer.status == 200 else None

    def account(self):
        return self.client.get("/api/v1/account", Cookie=self.cookie).json()

    def read(self, path, status=200):
        answer = self.client.get("/api/v1" + path, status=status, Cookie=self.cookie)
        return answer.json()

    def send(self, path, **body):
        return self.client.ask(
            "POST", "/api/v1" + path, body, {"Cookie": self.cookie, "X-CSRF-Token": self.csrf})

    def act(self, path, status, **body):
        answer = self.send(path, **body)
        assert answer.status == status, f"{path}: {answer}"
        return answer.json() if answer.body else None

    def page(self, path, status=200, lang="en"):
        answer = self.client.ask("GET", path, fields={"Cookie": f"{self.cookie}; lang={lang}", "Accept": "text/html"})
        assert answer.status == status, f"{path}: {answer}"
        return html.unescape(answer.body.decode())

    def post(self, path, **fields):
        body = urllib.parse.urlencode({"csrf": self.csrf or "", **fields}).encode()
        return self.client.ask("POST", path, body, {
            "Cookie": f"{self.cookie}; lang=en", "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"})

    def holds(self):
        return self.client.ask("GET", "/api/v1/account", fields={"Cookie": self.cookie}).status == 200


def session(region, name, **more):
    made = Session(region.server.port, name, **more)
    assert made.answer.status == 200, made.answer
    return made


def enrol(person, ahead=0):
    if time.time() % 30 > 24:
        time.sleep(30.1 - time.time() % 30)  # so that the half minute does not turn between the codes of one test
    begun = person.read("/account/factor")
    assert begun["address"].startswith("otpauth://totp/") and f"secret={begun['secret']}" in begun["address"]
    person.act("/account/factor", 204, secret=begun["secret"], code=totp(begun["secret"], ahead))
    return begun["secret"]


# ---- the second factor ----

def test_a_second_factor_from_begin_to_end(region):
    person = session(region, "asker")
    assert person.read("/account/factor")["has"] is False
    person.act("/account/factor", 422, secret=person.read("/account/factor")["secret"], code="000000x")
    person.act("/account/factor", 422, secret="no secret", code="000000")
    assert person.read("/account/factor")["has"] is False
    secret = enrol(person, ahead=-1)
    assert person.read("/account/factor")["has"] is True
    assert Session(region.server.port, "asker").answer.json()["code"] == "account.code_missing"
    assert Session(region.server.port, "asker", code="000000").answer.status == 403
    code = totp(secret)
    again = session(region, "asker", code=code)
    assert Session(region.server.port, "asker", code=code).answer.status == 403, "a code counts once"
    again.act("/account/factor/drop", 403, code=code)
    again.act("/account/factor/drop", 204, code=totp(secret, 1))
    session(region, "asker")


def test_a_second_factor_is_replaced_only_with_a_code_of_the_former(region):
    person = session(region, "asker")
    first = enrol(person, ahead=-1)
    second = person.read("/account/factor")["secret"]
    assert second != first
    refused = person.act("/account/factor", 403, secret=second, code=totp(second))
    assert refused["errors"][0]["pointer"] == "/former"
    person.act("/account/factor", 204, secret=second, code=totp(second), former=totp(first))
    assert Session(region.server.port, "asker", code=totp(first, 1)).answer.status == 403
    session(region, "asker", code=totp(second, 1))


def test_the_page_of_the_second_factor_keeps_its_secret_after_a_wrong_code(region):
    person = session(region, "asker")
    page = person.page("/account/factor")
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', page).group(1)
    assert " ".join(re.findall("....", secret)) in page and "otpauth://totp/" in page
    answer = person.post("/account/factor", secret=secret, code="1")
    assert answer.status == 422 and f'value="{secret}"' in answer.body.decode()
    answer = person.post("/account/factor", secret=secret, code=totp(secret))
    assert answer.status == 303 and answer.fields["location"] == "/account?done=factor"
    assert "The second factor is set up." in person.page("/account?done=factor")


@pytest.fixture()
def strict(lianxi, tmp_path):
    """A region being founded whose charter asks for a second factor; its first administrator."""
    charter = regions.charter()
    charter["second_factor"] = "yes"
    file = tmp_path / "charter.json"
    file.write_text(json.dumps(charter, ensure_ascii=False))
    printed = lianxi("init", tmp_path / "strict", "--charter", file).stdout
    links = {line.split()[0]: line.split()[-1] for line in printed.splitlines() if "/first/" in line}
    own = regions.Region(lianxi, tmp_path / "strict").start()
    own.register("admin1", links["member/1"])
    own.register("delegate1")
    yield own
    own.kill()


def test_where_the_charter_asks_a_mandate_needs_a_second_factor(strict):
    number = strict.admin1.make("/mandates/new/grant", holder="member/1", office="delegate", person="delegate1")
    strict.delegate1.refused(f"/mandates/{number}/accept", 409, "mandate_second_factor")
    person = session(strict, "delegate1")
    secret = enrol(person, ahead=-1)
    strict.delegate1.act(f"/mandates/{number}/accept")
    refused = person.act("/account/factor/drop", 409, code=totp(secret))
    assert refused["code"] == "account.factor_needed"
    second = person.read("/account/factor")["secret"]
    person.act("/account/factor", 204, secret=second, code=totp(second), former=totp(secret))


# ---- tokens, sessions ----

def test_a_token_is_told_once_listed_and_ended(region):
    person = session(region, "asker")
    before = {t["number"] for t in person.read("/account/tokens")["tokens"]}
    token = person.act("/account/tokens", 201, label="报表", days=2)["token"]
    listed = [t for t in person.read("/account/tokens")["tokens"] if t["number"] not in before]
    assert [t["label"] for t in listed] == ["报表"] and token not in json.dumps(listed)
    assert listed[0]["expires"] - listed[0]["created"] == 2 * 86400 * 1000
    program = Client(region.server.port, token)
    assert program.get("/api/v1/account").json()["name"] == "asker" and "csrf" not in program.get("/api/v1/account").json()
    assert program.ask("POST", "/api/v1/account/tokens", {"label": "x"}).status == 403
    assert program.ask("GET", "/api/v1/account/factor").status == 403
    assert program.ask("POST", "/api/v1/account/sign-out-everywhere", {}).status == 403
    for wrong in ({"label": ""}, {"label": "x" * 81}, {"label": "x", "days": 0}, {"label": "x", "days": 367},
                  {"label": "x", "days": "two"}, {"label": "x", "days": 1.5}, {"label": "x", "days": 2**40}):
        assert person.send("/account/tokens", **wrong).status == 422, wrong
    session(region, "other").act(f"/account/tokens/{listed[0]['number']}/drop", 204)
    program.get("/api/v1/account")
    person.act(f"/account/tokens/{listed[0]['number']}/drop", 204)
    assert program.ask("GET", "/api/v1/account").status == 401


def test_tokens_by_pages(region):
    person = session(region, "asker")
    answer = person.post("/account/tokens", label="<b>page</b>", days="")
    token = re.search(r">\s*([A-Za-z0-9_-]{43})\s*<", answer.body.decode()).group(1)
    assert answer.status == 200 and answer.fields["cache-control"] == "private, no-store"
    Client(region.server.port, token).get("/api/v1/account")
    page = person.page("/account")
    assert token not in page and "<b><b>page</b></b>" in page  # unescaped here: the label stands as text
    number = max(int(n) for n in re.findall(r'href="/account/tokens/(\d+)"', page))
    assert "End the access token" in person.page(f"/account/tokens/{number}")
    session(region, "other").page(f"/account/tokens/{number}", status=404)
    answer = person.post(f"/account/tokens/{number}/drop")
    assert answer.fields["location"] == "/account?done=token_dropped"
    assert Client(region.server.port, token).ask("GET", "/api/v1/account").status == 401
    refused = person.post("/account/tokens", label="", days="x")
    assert refused.status == 422 and 'id="f-days"' in refused.body.decode()


def test_signing_out_everywhere(region):
    one, two, other = session(region, "asker"), session(region, "asker"), session(region, "backer")
    assert one.holds() and two.holds()
    one.act("/account/sign-out-everywhere", 204)
    assert not one.holds() and not two.holds() and other.holds()
    three = session(region, "asker")
    answer = three.post("/account/sign-out-everywhere")
    assert answer.status == 303 and not three.holds()


def test_signing_out_and_changing_the_password_by_json(region):
    one, two = session(region, "asker"), session(region, "asker")
    one.act("/account", 403, old="wrong pass-phrase", password=NEW)
    one.act("/account", 422, old=PASSWORD, password="short")
    one.act("/account", 204, old=PASSWORD, password=NEW)
    assert one.holds() and not two.holds()
    one.act("/sign-out", 204)
    assert not one.holds()
    session(region, "asker", password=NEW)


def test_nothing_of_the_account_changes_without_the_sessions_own_word(region):
    person = session(region, "asker")
    person.csrf = "x" * 43
    for path in ("/account/tokens", "/account/factor", "/account/factor/drop", "/account/sign-out-everywhere", "/account/reset",
                 "/account", "/sign-out", f"/persons/{region.numbers['asker']}/erase"):
        assert person.send(path, label="x", name="backer").json()["code"] == "http.csrf", path
        assert Client(region.server.port).ask("POST", "/api/v1" + path, {}).status == 401, path
    assert person.holds()


# ---- lost passwords ----

def test_an_administrator_helps_a_colleague_who_lost_the_password(region):
    admin, lost = session(region, "admin2"), session(region, "officer2")
    token = region.tokens["officer2"]
    former = admin.act("/account/reset", 201, name="officer2")["link"]
    link = admin.act("/account/reset", 201, name="OFFICER2")["link"]
    nobody = Client(region.server.port)
    assert nobody.ask("GET", "/api/v1" + former).status == 404, "a new link ends the former"
    assert nobody.get("/api/v1" + link).json() == {"name": "officer2"}
    page = nobody.ask("GET", link, fields={"Accept": "text/html", "Cookie": "lang=zh"}).body.decode()
    assert "officer2" in page and "设置新密码" in page
    assert nobody.ask("POST", "/api/v1" + link, {"password": "short"}).status == 422
    assert nobody.ask("POST", "/api/v1" + link, {"password": NEW}).status == 204
    assert nobody.ask("POST", "/api/v1" + link, {"password": NEW}).status == 404, "it works once"
    assert not lost.holds() and Client(region.server.port, token).ask("GET", "/api/v1/account").status == 401
    assert Session(region.server.port, "officer2").answer.status == 403
    session(region, "officer2", password=NEW)


def test_a_lost_password_by_pages(region):
    admin, nobody = session(region, "admin2"), Session(region.server.port, "")
    assert "/account/reset" in admin.page("/account")
    assert admin.post("/account/reset", name="officer1").status == 403
    page = admin.post("/account/reset", name="officer2").body.decode()
    link = re.search(r"http://127\.0\.0\.1:\d+(/reset/[A-Za-z0-9_-]{43})", page).group(1)
    assert nobody.post(link, password="short").status == 422
    answer = nobody.post(link, password=NEW)
    assert answer.status == 303 and answer.fields["location"] == "/sign-in?done=reset"
    assert "The new password holds." in nobody.page("/sign-in?done=reset")
    nobody.page(link, status=404)
    session(region, "officer2", password=NEW)


def test_who_may_make_such_a_link(region):
    admin = session(region, "admin2")
    assert admin.act("/account/reset", 403, name="admin2")["code"] == "account.second"
    refusals = [admin.act("/account/reset", 403, name=name) for name in ("officer1", "asker", "secretary", "no.such.name")]
    assert {r["code"] for r in refusals} == {"account.reset_not_yours"}, "nobody learns which accounts there are"
    for name in ("officer2", "delegate2", "asker"):
        person = session(region, name)
        person.act("/account/reset", 403, name="admin2")
        person.page("/account/reset", status=403)
        assert "/account/reset" not in person.page("/account")
    secretary = session(region, "secretary")
    for name in ("officer1", "asker", "admin3"):
        secretary.act("/account/reset", 201, name=name)
    assert secretary.act("/account/reset", 404, name="no.such.name")["code"] == "account.none"
    assert secretary.act("/account/reset", 403, name="secretary")["code"] == "account.second"
    refused = getattr(region, "secretary").send("/account/reset", {"name": "asker"})
    assert refused.status == 403 and refused.json()["code"] == "account.token_by_token"


def test_a_reset_leaves_the_second_factor(region):
    person = session(region, "officer2")
    secret = enrol(person, ahead=-1)
    link = session(region, "secretary").act("/account/reset", 201, name="officer2")["link"]
    assert Client(region.server.port).ask("POST", "/api/v1" + link, {"password": NEW}).status == 204
    assert Session(region.server.port, "officer2", password=NEW).answer.json()["code"] == "account.code_missing"
    session(region, "officer2", password=NEW, code=totp(secret))


# ---- own data, erasure ----

def test_own_data_hold_everything_about_oneself(region):
    number = regions.carry(region, "answered", called="王小明", contact="13800138000")
    other = regions.submit(region, by="other")
    region.backer.act(f"/needs/{number}/back")
    answer = session(region, "asker").client.get("/account/data", Authorization=f"Bearer {region.tokens['asker']}")
    assert "attachment" in answer.fields["content-disposition"] and answer.fields["cache-control"] == "private, no-store"
    data = answer.json()
    assert data["account"]["name"] == "asker" and data["account"]["second_factor"] is False
    assert data["person"]["name"] == "asker 某" and data["person"]["state"] == "verified"
    assert [n["record"]["number"] for n in data["needs"]] == [number] and data["more"] is False
    assert "王小明" in json.dumps(data["needs"], ensure_ascii=False)
    assert [e["act"].split(".")[-1] for e in data["needs"][0]["entries"] if "act" in e][:2] == ["submit", "route"]
    assert {"type": "need", "record": number, "relation": "asker"} in data["standings"]
    text = answer.body.decode()
    assert str(PASSWORD) not in text and region.tokens["asker"] not in text and f"need/{other}" not in text
    officer = Client(region.server.port, region.tokens["officer2"]).read("/account/data")
    assert [m["office"] for m in officer["mandates"]] == ["officer"] and officer["needs"] == []
    assert Client(region.server.port).ask("GET", "/account/data").status == 401


def everywhere(folder):
    return b"".join(p.read_bytes() for p in pathlib.Path(folder).iterdir() if p.is_file())


def test_erasing_oneself_takes_account_and_traces(region):
    region.register("leaver", phone="13912345678", called="独特的名字")
    number, marks = region.numbers["leaver"], ["独特的名字".encode(), b"13912345678"]
    need = regions.carry(region, "submitted", by="asker")
    person = session(region, "leaver")
    page = person.page(f"/persons/{number}/erase")
    assert "This cannot be taken back." in page and "/account/data" in page
    assert f"/persons/{number}/erase" in person.page("/account")
    answer = person.post(f"/persons/{number}/erase", once="1")
    assert answer.status == 303 and answer.fields["location"] == "/sign-in?done=erased", answer
    assert "account is removed" in person.page("/sign-in?done=erased")
    assert not person.holds() and Session(region.server.port, "leaver").answer.status == 403
    assert Client(region.server.port, region.tokens["leaver"]).ask("GET", "/api/v1/account").status == 401
    assert region.secretary.send("/account/reset", {"name": "leaver"}).status == 403
    files = everywhere(region.folder)
    assert b"asker" in files and not [m for m in marks + [b"leaver"] if m in files]
    assert region.nobody.read(f"/needs/{need}")["state"] == "submitted"
    region.verify()


def test_erasing_by_api_and_by_the_secretariat(region):
    number = region.numbers["stranger"]
    other = session(region, "other")
    other.act(f"/persons/{number}/erase", 403)
    assert session(region, "stranger").holds()
    region.secretary.act(f"/persons/{number}/erase", reason="本人书面申请。")
    assert Session(region.server.port, "stranger").answer.status == 403
    assert region.secretary.read("/account")["name"] == "secretary"
    done = other.act(f"/persons/{region.numbers['other']}/erase", 200)
    assert done["type"] == "person" and not other.holds()
    region.verify()


@pytest.mark.parametrize("first, then, tag", [("zh", "en", "zh-CN"), ("en", "zh-CN", "en")])
def test_the_language_chosen_in_the_frame_stays(region, first, then, tag):
    """By the very link that every page has: what is shown next, also after a form, is in that language."""
    reader = Client(region.server.port)
    fields = {"Accept": "text/html", "Accept-Language": then}
    page = html.unescape(reader.ask("GET", "/sign-in", fields=fields).body.decode())
    link = re.search(rf'href="(/sign-in\?lang={first}[^"]*)"', page).group(1)
    cookie = reader.ask("GET", link, fields=fields).fields["set-cookie"].split(";")[0]
    answer = reader.ask("POST", "/sign-in", b"name=nobody&password=wrong", {
        **fields, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 403 and f'<html lang="{tag}"' in answer.body.decode()
