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
