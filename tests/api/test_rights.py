# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every act in every state by everybody, generated from the declarations that the binary prints.

Who stands in which relation to the records below is written here by hand, not asked from the program: that is what the test is about.
An act that must be refused leaves the journal as it was; one that must be allowed is tried on a record of its own.
"""
import json

import pytest
from region import ANSWER, NOON, VERDICT, carry, need, submit

MEMBER = {f"{office}{n}": n for office in ("admin", "officer", "delegate") for n in (1, 2, 3)}
RESIDENTS = {"asker", "backer", "other"}
CAST = ["nobody", "stranger", *sorted(RESIDENTS), *sorted(MEMBER), "secretary"]
OTHERS_ACTS = {"soon", "late", "count"}  # entered by the clock alone
REASON = {"reason": "理由写在这里。"}


@pytest.fixture(scope="module")
def tables(lianxi):
    printed = json.loads(lianxi("types", "--format", "json").stdout)
    return {t["name"]: t for t in printed["types"]}, printed["common"]


@pytest.fixture(scope="module")
def place(founded, tmp_path_factory):
    own = founded.copy(tmp_path_factory.mktemp("rights") / "region").start(now=NOON)
    yield own
    own.kill()


def levels(name):
    """The relations that hold whatever the record."""
    held = {"anyone"} if name != "nobody" else set()
    held |= {"person"} if name != "nobody" else set()
    held |= {"resident"} if name in RESIDENTS else set()
    held |= {"official"} if name in MEMBER else set()
    held |= {"delegate"} if name.startswith("delegate") else set()
    held |= {"secretariat"} if name == "secretary" else set()
    return held


def of_need(name):
    """Asked by `asker`; lead is member 2, helper member 3, nobody's steward."""
    return levels(name) | {"asker": {"asker"}, "officer2": {"lead"}, "officer3": {"helper"}}.get(name, set())


def of_commitment(name):
    """Owner is member 2, helper member 3."""
    return levels(name) | {"officer2": {"owner"}, "officer3": {"helper"}}.get(name, set())


def expected(act, state, relations):
    """What the declaration says: 201/200, or the status of the refusal."""
    if "anyone" not in relations:
        return 401
    if not relations & set(act["who"].split()):
        return 403
    if "from" not in act or (act["from"] != "*" and state not in act["from"].split()):
        return 409
    return 200


def acts_of(tables, type_name):
    types, common = tables
    return types[type_name]["acts"] + [a for a in common["acts"] if a["name"] not in ("correct", "say")]


# ---- needs ----

def input_of_need(act, number, read):
    """A valid input for each act, so that nothing but right and state can refuse it."""
    return {
        "submit": lambda: need(), "route": lambda: {"lead": "member/2"}, "return": lambda: {**REASON, "other": "member/3"},
        "extend": lambda: {**REASON, "answer_by": "2030-01-01"}, "ask": lambda: REASON, "reply": lambda: REASON,
        "answer": lambda: ANSWER, "verdict": lambda: VERDICT, "reopen": lambda: REASON,
        "note": lambda: {"note": [{"text": "内部说明"}]}, "hide": lambda: REASON, "unhide": lambda: REASON,
        "gone": lambda: {**REASON, "ground": "7.2", "content": read()["title"]["content"]},
    }.get(act, lambda: {})()


def attempt(place, name, type_name, plural, number, act, body, status):
    before = place.entries
    answer = getattr(place, name).send(f"/{plural}/{number}/{act}", body)
    where = f"{type_name}.{act} by {name} on {number}: {answer}"
    if status == 200:
        assert answer.status in (200, 201), where
        assert place.entries > before, where
        return
    assert answer.status == status, f"expected {status}, {where}"
    assert place.entries == before, where
    problem = answer.json()
    assert problem["status"] == status and problem["code"] and problem["detail"], where
    if status == 403:
        assert problem["code"] == "act.relation", where


def prepared(place, act, state, name):
    """A fresh need in the state, made so that the act's own guard has nothing to say."""
    number = carry(place, state)
    if act["name"] == "unback":
        # whoever takes back has backed before; that is possible while it is open
        if state in ("closed", "withdrawn"):
            number = carry(place, "submitted")
            getattr(place, name).act(f"/needs/{number}/back")
            if state == "withdrawn":
                place.asker.act(f"/needs/{number}/withdraw")
            else:
                place.secretary.act(f"/needs/{number}/route", lead="member/2")
                place.officer2.act(f"/needs/{number}/answer", ANSWER)
                place.asker.act(f"/needs/{number}/verdict", VERDICT)
        else:
            getattr(place, name).act(f"/needs/{number}/back")
    if act["name"] == "unhide":
        place.secretary.act(f"/needs/{number}/hide", REASON)
    return number


NEED_STATES = ["submitted", "routed", "signed", "asked", "answered", "closed", "withdrawn"]


@pytest.mark.parametrize("state", NEED_STATES)
def test_needs(place, tables, state):
    types, _ = tables
    assert [s["name"] for s in types["need"]["states"]] == NEED_STATES
    refusing = carry(place, state)
    read = lambda number: lambda: place.secretary.read(f"/needs/{number}")  # noqa: E731
    for act in acts_of(tables, "need"):
        for name in CAST:
            # before it is routed a need has neither lead nor helper
            relations = of_need(name) - ({"lead", "helper"} if state in ("submitted", "withdrawn") else set())
            status = expected(act, state, relations)
            number = refusing if status != 200 else prepared(place, act, state, name)
            attempt(place, name, "need", "needs", number, act["name"], input_of_need(act["name"], number, read(number)), status)


def test_what_needs_refuse_besides(place):
    """Guards: one's own body named at return, backing twice, showing what is not hidden."""
    number = carry(place, "routed")
    place.officer2.refused(f"/needs/{number}/return", 422, "need_names_another", reason="不归我市管", other="member/2")
    place.backer.act(f"/needs/{number}/back")
    place.backer.refused(f"/needs/{number}/back", 409, "act.twice")
    place.other.refused(f"/needs/{number}/unback", 409)


def test_who_may_submit(place):
    for name in CAST:
        may = bool(levels(name) & {"resident", "official"})
        body = need()
        before = place.entries
        answer = getattr(place, name).send("/needs/new/submit", body)
        assert answer.status == (201 if may else 401 if name == "nobody" else 403), f"{name}: {answer}"
        assert place.entries == before + may


def test_nobody_brings_a_need_in_the_name_of_another_government(place):
    before = place.entries
    for name, bearer in (("asker", 2), ("officer1", 2), ("admin2", 2), ("delegate2", 2)):
        place.__getattr__(name).refused("/needs/new/submit", 422, "need_bearer", **need(bearer=f"member/{bearer}"))
    assert place.entries == before
    number = submit(place, "officer1", bearer="member/1")
    entry = place.nobody.read(f"/record/{place.entries}")
    assert (entry["as"], entry["for"]) == ("steward", "member/1")
    place.officer2.refused(f"/needs/{number}/withdraw", 403, "act.relation")
    place.officer1.act(f"/needs/{number}/withdraw")


# ---- corrections ----

def test_only_who_entered_it_corrects_what_everyone_may_enter(place):
    number = carry(place, "answered")
    made = place.nobody.read(f"/needs/{number}")["made"]["n"]
    for name in CAST:
        before = place.entries
        status = 200 if name == "asker" else 401 if name == "nobody" else 403
        answer = getattr(place, name).send(f"/needs/{number}/correct", {"entry": made, "title": f"改过的标题 {name}", **REASON})
        assert answer.status == status, f"{name}: {answer}"
        assert place.entries == before + (status == 200)
    assert place.nobody.read(f"/needs/{number}")["title"]["text"] == "改过的标题 asker"
    assert place.nobody.read(f"/record/{place.entries}")["undoes"] == made


def test_corrections_follow_the_relation_of_what_is_corrected(place):
    number = carry(place, "answered")
    answered = place.nobody.read(f"/needs/{number}")["last"]["n"]
    for name in CAST:
        before = place.entries
        status = 200 if name == "officer2" else 401 if name == "nobody" else 403
        answer = getattr(place, name).send(f"/needs/{number}/correct", {"entry": answered, "answer": "更正：二月一日起加密。", **REASON})
        assert answer.status == status, f"{name}: {answer}"
        assert place.entries == before + (status == 200)
    other = carry(place, "answered")
    place.officer2.refused(f"/needs/{other}/correct", 422, "act.correct_none", entry=answered, answer="更正：二月一日起加密。", **REASON)


def test_nobody_corrects_another_person(place):
    """Registering is for anyone; correcting what another entered is not."""
    person = place.numbers["asker"]
    with_person = [n for n in range(1, place.entries + 1)
                   if place.asker.read(f"/record/{n}").get("inside", {}).get("of") == f"person/{person}"]
    assert with_person, "the person sees what concerns him"
    before = place.entries
    for name in CAST[1:]:
        if name == "asker":
            continue
        for n in with_person:
            answer = getattr(place, name).send(f"/persons/{person}/correct", {"entry": n, "name": "别人", **REASON})
            assert answer.status in (403, 422), f"{name}, entry {n}: {answer}"
    assert place.entries == before


# ---- what is hidden ----

def test_what_is_hidden_is_not_there_for_others(place):
    number = carry(place, "routed")
    place.secretary.act(f"/needs/{number}/hide", REASON)
    readers = {"asker", "officer2", "officer3", "secretary"}
    for name in CAST:
        answer = getattr(place, name).ask("GET", f"/api/v1/needs/{number}")
        assert answer.status == (200 if name in readers else 404), f"{name}: {answer}"
    before = place.entries
    for name in set(CAST) - readers - {"nobody"}:
        for act in ("back", "sign", "withdraw", "note", "say", "correct", "gone"):
            getattr(place, name).refused(f"/needs/{number}/{act}", 404)
    assert place.entries == before
    place.officer2.act(f"/needs/{number}/sign")
    place.secretary.act(f"/needs/{number}/unhide", REASON)
    assert place.nobody.read(f"/needs/{number}")["state"] == "signed"


# ---- commitments ----

def pledge(place, state):
    number = place.officer2.make("/commitments/new/pledge", title="高峰加密到十五分钟", owner="member/2", due="2030-06-30",
                                 helper=[{"member": "member/3"}])
    evidence = {"evidence": [{"text": "已发车 40 班", "value": "40.5"}]}
    if state in ("reported", "kept", "doubted"):
        place.officer3.act(f"/commitments/{number}/report", evidence)
    if state == "kept":
        place.secretary.act(f"/commitments/{number}/confirm")
    if state == "doubted":
        place.secretary.act(f"/commitments/{number}/doubt", REASON)
    if state == "released":
        place.officer2.act(f"/commitments/{number}/release", REASON)
    assert place.nobody.read(f"/commitments/{number}")["state"] == state
    return number


def input_of_commitment(act, read):
    return {
        "pledge": lambda: {"title": "高峰加密", "owner": "member/2", "due": "2030-06-30"},
        "report": lambda: {"evidence": [{"text": "已发车 40 班"}]}, "doubt": lambda: REASON, "release": lambda: REASON,
        "postpone": lambda: {**REASON, "due": "2031-06-30"}, "move": lambda: {**REASON, "due": "2031-06-30"},
        "discharge": lambda: REASON, "hide": lambda: REASON, "unhide": lambda: REASON,
        "gone": lambda: {**REASON, "ground": "7.2", "content": read()["title"]["content"]},
    }.get(act, lambda: {})()


COMMITMENT_STATES = ["open", "reported", "doubted", "kept", "broken", "released"]
OF_PARTIES = ("move", "discharge")  # a pledge has no parties that could consent


@pytest.mark.parametrize("state", [s for s in COMMITMENT_STATES if s != "broken"])
def test_commitments(place, tables, state):
    """Of a pledge; what an agreement yields is in test_agreements.py, and its acts by consent in modules/agreements."""
    types, _ = tables
    assert [s["name"] for s in types["commitment"]["states"]] == COMMITMENT_STATES
    refusing = pledge(place, state)
    for act in acts_of(tables, "commitment"):
        for name in CAST:
            status = expected(act, state, of_commitment(name))
            status = 409 if status == 200 and act["name"] in OF_PARTIES else status
            number = refusing if status != 200 else pledge(place, state)
            if act["name"] == "unhide" and status == 200:
                place.secretary.act(f"/commitments/{number}/hide", REASON)
            read = lambda number=number: place.secretary.read(f"/commitments/{number}")  # noqa: E731
            attempt(place, name, "commitment", "commitments", number, act["name"], input_of_commitment(act["name"], read), status)


def test_nobody_pledges_for_another_government(place):
    for name in CAST:
        before = place.entries
        status = 201 if name == "officer2" else 401 if name == "nobody" else 403
        answer = getattr(place, name).send("/commitments/new/pledge", input_of_commitment("pledge", None))
        assert answer.status == status, f"{name}: {answer}"
        assert place.entries == before + (status == 201)


# ---- the polity: all that must be refused ----

def test_the_polity(place, tables):
    """Persons, mandates, members, bodies, the charter: whoever stands in no relation of the act's is refused."""
    mandate = next(m["number"] for m in place.officer2.read("/account")["mandates"])
    person = place.numbers["asker"]
    held = {
        ("person", person): {"asker": {"self"}, "officer2": {"home"}},
        ("mandate", mandate): {"admin2": {"principal"}, "officer2": {"bearer"}},
        ("member", 2): {"delegate2": {"itself"}, "admin2": {"administrator"}},
        ("body", 1): {f"admin{n}": {"sender"} for n in (1, 2, 3)},
        ("charter", 1): {},
    }
    state = {"person": "verified", "mandate": "valid", "member": "member", "body": "standing", "charter": "in_force"}
    types, _ = tables
    cells = 0
    for (type_name, number), relations in held.items():
        for act in acts_of(tables, type_name):
            for name in CAST:
                status = expected(act, state[type_name], levels(name) | relations.get(name, set()))
                if act["name"] == "gone" and status == 403:
                    continue  # asks for its content first; tried with needs
                if status != 200:
                    attempt(place, name, type_name, types[type_name]["plural"], number, act["name"], REASON, status)
                    cells += 1
    assert cells > 500


def test_the_region_still_holds(place):
    place.verify()
