# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random needs, valid and not: what is accepted comes back as it was sent; what is not names its field; nothing in between."""
import html
import json
import unicodedata
import urllib.parse

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from region import NOON, need

QUIET = settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def place(founded, tmp_path_factory):
    own = founded.copy(tmp_path_factory.mktemp("round") / "region").start(now=NOON)
    yield own
    own.kill()


# what people write: anything but control characters and surrogates, which are refused (tests/api/test_malformed.py)
LETTERS = st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff")
COUNTER = iter(range(10**9))


def distinct(title):
    return f"{next(COUNTER)} {title}"


@QUIET
@given(title=st.text(LETTERS, min_size=4, max_size=100), text=st.text(LETTERS, min_size=10, max_size=3000),
       kind=st.sampled_from(["question", "help", "complaint", "report", "proposal", "joint"]), member=st.integers(1, 3),
       called=st.text(LETTERS, min_size=2, max_size=20))
def test_what_is_accepted_comes_back(place, title, text, kind, member, called):
    body = {"title": distinct(title), "text": text, "kind": kind, "category": "transport", "place": f"member/{member}", "called": called}
    before = place.entries
    answer = place.asker.send("/needs/new/submit", body)
    if answer.status == 422:
        # too short once blanks at the ends are taken off, or something that may not stand in prose: named either way
        assert place.entries == before and answer.json()["errors"]
        trimmed = [body["title"].strip(), text.strip(), called.strip()]
        odd = any(unicodedata.category(c) in ("Cf", "Co", "Cn", "Zl", "Zp", "Zs") for c in title + text + called)
        assert len(trimmed[1]) < 10 or not trimmed[2] or odd or trimmed != [body["title"], text, called], answer
        return
    assert answer.status == 201, answer
    number = answer.json()["number"]
    shown = place.asker.read(f"/needs/{number}")
    assert shown["kind"] == kind and shown["place"]["ref"] == f"member/{member}"
    for field in ("title", "text"):
        assert shown[field]["text"].strip() == body[field].strip() or unicodedata.normalize("NFC", body[field]).strip() == shown[field]["text"].strip()
    assert shown["called"].strip() == called.strip() or unicodedata.normalize("NFC", called).strip() == shown["called"].strip()
    page = place.nobody.get(f"/needs/{number}").body.decode()
    assert html.escape(shown["title"]["text"].strip(), quote=False).split()[0][:20].split("&")[0] in page
    assert "<script>" not in page.replace("<script src", "")


@QUIET
@given(title=st.text(LETTERS, min_size=4, max_size=60), text=st.text(LETTERS, min_size=20, max_size=300))
def test_a_form_gives_what_json_gives(place, title, text):
    """The same need by a browser's form and by a program."""
    assume(text.strip() == text and len(text) >= 20)
    made = []
    for way in ("json", "form"):
        body = need(title=distinct(title), text=text)
        if way == "json":
            answer = place.asker.ask("POST", "/api/v1/needs/new/submit", body)
        else:
            answer = place.asker.ask("POST", "/api/v1/needs/new/submit", urllib.parse.urlencode(body).encode(),
                                     {"Content-Type": "application/x-www-form-urlencoded"})
        made.append(answer.status)
        if answer.status == 201:
            made.append(place.asker.read(f"/needs/{answer.json()['number']}")["text"]["text"].replace("\r\n", "\n"))
    assert made[: len(made) // 2] == made[len(made) // 2:]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2**63, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4), max_leaves=12)
FIELDS = ["title", "text", "kind", "category", "answers", "place", "called", "contact", "bearer", "lead", "helper", "note", "other", "reason",
          "outcome", "answer", "entry", "content", "ground", "says", "consent", "on", "state", "asker"]
ACTS = ["submit", "route", "return", "note", "correct", "gone", "say", "answer", "verdict", "back", "extend", "hide"]


@settings(QUIET, max_examples=400)
@given(act=st.sampled_from(ACTS), who=st.sampled_from(["asker", "officer2", "secretary", "stranger"]),
       body=st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES | st.sampled_from(["member/2", "member/3", "done", "yes", "transport"]), max_size=6))
def test_whatever_is_sent_is_entered_whole_or_not_at_all(place, act, who, body):
    before = place.entries
    path = "/needs/new/submit" if act == "submit" else f"/needs/1/{act}"
    answer = getattr(place, who).ask("POST", "/api/v1" + path, json.dumps(body, ensure_ascii=True).encode(), {"Content-Type": "application/json"})
    assert answer.status < 500, answer
    if answer.status >= 400:
        problem = answer.json()
        assert place.entries == before and problem["code"] and problem["detail"]
    else:
        assert answer.json()["entry"] <= place.entries and place.entries > before


def test_all_of_it_verifies(place):
    place.verify()
