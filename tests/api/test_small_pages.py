# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages of the kernel that say things in words: the charter's tables, an opened consent, what to do before erasing oneself."""
import re
import time

import pytest

from region import PASSWORD, Client


@pytest.fixture(scope="module")
def region(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("small") / "region").start()
    yield region
    region.verify()


def page(client, path, status=200, **fields):
    answer = client.ask("GET", path, None, {"Accept": "text/html", **fields})
    assert answer.status == status, answer
    return answer.body.decode()


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def signed_in(region, name):
    answer = Client(region.server.port).ask("POST", "/api/v1/sign-in", {"name": name, "password": PASSWORD})
    return answer.fields["set-cookie"].split(";")[0]


def test_the_charter_says_names_and_keeps_the_codes_under_them(region):
    shown = words(page(region.nobody, "/charter?lang=en"))
    for said in ("Need: Sign for it need.sign", "Charter: Amend the charter charter.amend", "Commitment commitment", "Need: Domain need.category"):
        assert said in shown, said
    # the question is asked in a category, by its name
    assert "Water water river" in shown or "Water water" in shown
    assert "需求" in page(region.nobody, "/charter?lang=zh")


def test_a_consent_is_told_in_words(region):
    opened = region.delegate1.act("/charter/1/amend", places=3, reason="多一位小数。")["entry"]
    shown = page(region.nobody, f"/record/{opened}?lang=en")
    table = shown[shown.index("<tbody>"):shown.index("</tbody>")]
    assert "Asks consent: Amend" in table and "3 voices are asked, until" in table and "{" not in table
    said = region.delegate1.act("/charter/1/say", says="no")["entry"]
    table = page(region.nobody, f"/record/{said}?lang=en")
    table = table[table.index("<tbody>"):table.index("</tbody>")]
    assert "[" not in table and "No" in words(table)


def test_the_language_goes_along(region):
    answer = region.nobody.ask("GET", "/needs/new?lang=zh", None, {"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status == 303 and answer.fields["location"].endswith("?lang=zh-CN"), answer
    shown = page(region.nobody, answer.fields["location"], 401, **{"Accept-Language": "en"})
    assert 'lang="zh-CN"' in shown and 'href="/sign-in?lang=zh-CN"' in shown
    assert region.nobody.ask("GET", "/needs/new?lang=%0d%0ax").fields["location"] == "/needs/new/submit"


def test_who_acts_for_others_is_told_to_let_go_first(region):
    number, cookie = region.numbers["officer3"], signed_in(region, "officer3")
    shown = page(Client(region.server.port), f"/persons/{number}/erase?lang=en", Cookie=cookie)
    mandate = re.search(r'href="/mandates/(\d+)"', shown).group(1)
    assert "Resign from each mandate" in shown and 'name="once"' not in shown[shown.index("<main"):]
    refused = region.officer3.refused(f"/persons/{number}/erase", 409, "person_mandates")
    assert "mandate" in refused["detail"] or "任职" in refused["detail"]
    region.officer3.act(f"/mandates/{mandate}/resign")
    region.officer3.act(f"/persons/{number}/erase")
    assert region.nobody.read(f"/mandates/{mandate}")["state"] == "ended"


def test_a_mandate_is_handed_over_without_a_gap(region):
    region.register("heir")
    mandate = next(m["number"] for m in region.officer1.read("/account")["mandates"]) if "mandates" in region.officer1.read("/account") else None
    if mandate is None:
        shown = page(Client(region.server.port), f"/persons/{region.numbers['officer1']}/erase?lang=en", Cookie=signed_in(region, "officer1"))
        mandate = int(re.search(r'href="/mandates/(\d+)"', shown).group(1))
    assert region.heir.send(f"/mandates/{mandate}/hand_over", {"successor": "heir"}).status == 403
    assert region.officer2.send(f"/mandates/{mandate}/hand_over", {"successor": "heir"}).status == 403
    region.officer1.act(f"/mandates/{mandate}/hand_over", successor="heir")
    offered = max(m["number"] for m in region.nobody.read("/mandates?sort=new")["mandates"])
    new = region.nobody.read(f"/mandates/{offered}")
    assert new["state"] == "offered" and new["after"]["ref"] == f"mandate/{mandate}" and new["office"] == "officer"
    assert region.nobody.read(f"/mandates/{mandate}")["state"] == "valid"
    assert region.officer1.send(f"/mandates/{offered}/accept").status == 403, "the offer is the successor's alone"
    entry = region.heir.act(f"/mandates/{offered}/accept", called="接任 某")["entry"]
    assert region.nobody.read(f"/mandates/{offered}")["state"] == "valid"
    assert region.nobody.read(f"/mandates/{mandate}")["state"] == "ended"
    ended = region.nobody.read(f"/record/{entry + 1}")
    assert ended["act"] == "mandate.replaced" and ended["cause"] == entry
    # the successor acts for the member, the former does not
    need = region.asker.make("/needs/new/submit", title="由接任人签收的需求", text="一段足够长的说明文字。", category="transport", kind="question")
    region.secretary.act(f"/needs/{need}/route", lead="member/1")
    assert region.officer1.send(f"/needs/{need}/sign").status == 403
    region.heir.act(f"/needs/{need}/sign")


def test_who_verifies_a_residence_sees_the_proof(region):
    region.register("newcomer")
    number = region.numbers["newcomer"]
    region.newcomer.act(f"/persons/{number}/claim", home="member/2", proof="330102199001018888")
    desk = page(Client(region.server.port), "/desk?lang=en", Cookie=signed_in(region, "officer2"))
    assert f'href="/persons/{number}/verify"' in desk
    shown = page(Client(region.server.port), f"/persons/{number}/verify?lang=en", Cookie=signed_in(region, "officer2"))
    assert "330102199001018888" in shown and "newcomer 某" in shown
    for name in ("officer1", "asker", "delegate2"):
        other = Client(region.server.port).ask("GET", f"/persons/{number}/verify", None,
                                               {"Accept": "text/html", "Cookie": signed_in(region, name)})
        assert other.status == 404 and b"330102199001018888" not in other.body, name


def test_a_lost_second_factor_needs_two(region):
    from test_account import Session, enrol, session
    person = session(region, "officer2")
    enrol(person, ahead=-1)
    assert Session(region.server.port, "officer2").answer.json()["code"] == "account.code_missing"
    person.act("/account/reset-factor", 403, name="officer2")  # nobody for himself, and officers not for anybody
    session(region, "asker").act("/account/reset-factor", 403, name="officer2")
    link = session(region, "admin2").act("/account/reset-factor", 201, name="officer2")["link"]
    assert link.startswith("/reset-factor/")
    nobody = Client(region.server.port)
    assert nobody.ask("POST", "/api/v1" + link, {"password": "not the password"}).status == 422
    assert "officer2" in nobody.ask("GET", link, None, {"Accept": "text/html"}).body.decode()
    assert nobody.ask("POST", "/api/v1" + link, {"password": PASSWORD}).status == 204
    assert nobody.ask("POST", "/api/v1" + link, {"password": PASSWORD}).status == 404
    assert not person.holds()
    session(region, "officer2")


def test_the_category_is_chosen_first_and_brings_its_questions(region):
    cookie = signed_in(region, "asker")
    client = Client(region.server.port)
    first = page(client, "/needs/new/submit?lang=en", Cookie=cookie)
    assert 'href="/needs/new/submit?category=water"' in first and 'name="title"' not in first
    water = page(client, "/needs/new/submit?category=water&lang=en", Cookie=cookie)
    assert 'name="answers.river"' in water and re.search(r'value="water"[^>]*(selected|checked)', water)
    assert 'name="answers.river"' not in page(client, "/needs/new/submit?category=transport", Cookie=cookie)
    assert 'href="/needs/new/submit?category=water"' in page(client, "/needs/new/submit?category=none", Cookie=cookie)


def test_a_search_counts_by_kind(region):
    word = "蓝藻治理"
    for n in range(2):
        region.asker.make("/needs/new/submit", title=f"{word}第 {n} 件", text="一段足够长的说明文字。", category="transport", kind="question")
    shown = page(region.nobody, f"/search?q={'%E8%93%9D%E8%97%BB%E6%B2%BB%E7%90%86'}&lang=en")
    assert re.search(r'href="/needs\?q=[^"]*"', shown) and "Needs" in words(shown) and re.search(r">\s*2\s*<", shown)
