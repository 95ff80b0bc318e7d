# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole cycle in a browser, as those who take part in it: a resident, the steward of an organisation, the secretariat, a city's officer, a
delegate, the treasurer, a journalist without an account. In both languages, on a phone and at a desk, with scripts and without, by pointer and by
keyboard alone: every pair of these in make test, all sixteen in make test-long."""
import itertools
import os
import pathlib
import re
import sys

import pytest

import region as regions

sys.path.append(str(pathlib.Path(__file__).resolve().parent))

import people  # noqa: E402
import sample_pages  # noqa: E402

NOW = "2026-11-20T06:10:00Z"  # the demonstration's own present: a round is open, an agreement waits for its last voice
# language, width, scripts, keyboard: every pair of two of them stands in one of the five
PAIRS = [("zh", 1280, True, False), ("zh", 390, False, True), ("en", 1280, False, True), ("en", 390, True, True), ("en", 390, False, False)]
EVERY = list(itertools.product(("zh", "en"), (1280, 390), (True, False), (True, False)))
WALKS = EVERY if os.environ.get("LIANXI_LONG") else PAIRS


def test_every_pair_of_circumstances_is_walked():
    for i, k in itertools.combinations(range(4), 2):
        assert {(w[i], w[k]) for w in EVERY} == {(w[i], w[k]) for w in PAIRS}


@pytest.fixture(scope="module")
def demo(lianxi, tmp_path_factory):
    folder = tmp_path_factory.mktemp("walks") / "demo"
    lianxi("demo", folder, timeout=600)
    return regions.Region(lianxi, folder)


@pytest.fixture(scope="module")
def driver():
    made = sample_pages.browser()
    yield made
    made.quit()


@pytest.fixture(params=WALKS, ids=lambda w: f"{w[0]}-{w[1]}-{'scripts' if w[2] else 'plain'}-{'keys' if w[3] else 'pointer'}")
def walk(request, demo, driver, tmp_path):
    own = demo.copy(tmp_path / "region").start(now=NOW)
    yield people.Person(driver, own.server.port, *request.param), own
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    own.kill()


def number_here(person, plural):
    """The number of the record that is shown."""
    found = re.search(rf"/{plural}/(\d+)", person.driver.current_url)
    assert found, f"{person.driver.current_url}: {person.text()}"
    return int(found.group(1))


def express(person, title, **chosen):
    """From the home page to the receipt; once with nothing filled in, to see that it is said what is missing."""
    person.open("/")
    person.follow("/needs/new/submit")
    person.follow("/needs/new/submit?category=transport")
    person.press()
    errors = person.find(".errsum")
    assert person.driver.title.startswith(("Error:", "错误：")) and "#f-title" in errors.get_attribute("innerHTML")
    person.write("title", title)
    person.write("text", "早晚高峰相隔四十分钟，两边都有人等。希望加密到十五分钟一班。")
    person.choose("kind", "proposal")
    for name, value in chosen.items():
        person.choose(name, value)
    person.press()
    assert title in person.text() and "№" in person.text()
    return number_here(person, "needs")


def citizen_asks(person):
    person.sign_in("citizen5")
    number = express(person, "跨市公交早晚高峰太少，走着看")
    return number


def steward_brings(person):
    person.sign_in("commuters")
    express(person, "通勤者联合会转来的一件事，走着看", bearer="organisation/1")
    assert person.has('main a[href="/organisations/1"]')


def secretary_routes(person, number):
    person.sign_in("secretary")
    person.open("/desk")
    person.follow(f"/needs/{number}/route")
    person.choose("lead", "member/4")
    person.press()


def officer_answers(person, number):
    person.sign_in("shanghai")
    person.open("/desk")
    person.follow(f"/needs/{number}")
    person.press(f'form[action="/needs/{number}/sign"] button')
    person.open(f"/needs/{number}")
    person.follow(f"/needs/{number}/answer")
    person.choose("outcome", "planned")
    person.write("answer", "可以解决。明年一月起高峰时段加密到十五分钟一班。")
    person.press()


def citizen_judges(person, number):
    person.sign_in("citizen5")
    person.open(f"/needs/{number}")
    person.follow(f"/needs/{number}/verdict")
    for name, value in (("contacted", "yes"), ("solved", "partly"), ("satisfied", "yes")):
        person.choose(name, value)
    person.press()


def citizen_votes(person, at):
    person.sign_in("citizen20")
    person.open(f"/rounds/{at['open']}")
    person.leave_by(person.find('main .acts-now [href$="/vote"], main a[href$="/vote"], main .acts-now button'))
    boxes = person.driver.find_elements("css selector", "main input[name=approve]")
    assert len(boxes) == 6
    for box in boxes[:2]:
        person.tick(box)
    if person.scripts:
        assert re.search(r"\b2\b", person.find(".spent").text)
    person.press("main form.ballot button.btn:not(.two)")
    person.press("main form button.btn:not(.two)")
    assert person.has("main .receipt"), person.text()


def delegate_says_yes(person, region, at):
    before = region.nobody.read(f"/agreements/{at['agreement']}")["state"]
    person.sign_in(at["delegate"])
    person.open(f"/agreements/{at['agreement']}")
    person.follow(f"/agreements/{at['agreement']}/say?consent={at['consent']}&says=yes")
    person.press()
    assert region.nobody.read(f"/agreements/{at['agreement']}")["state"] != before


def treasurer_records(person, region, at):
    posted = region.nobody.read(f"/vouchers/{at['receipt']}")["posting"]
    person.sign_in("treasurer")
    person.open("/vouchers")
    person.follow("/vouchers/new/receive")
    person.write("text", "走着看的一笔收款")
    person.choose("payer", "member/44")
    person.press('main button[name="add"][value="posting"]')
    for i, row in enumerate(posted):
        person.write(f"posting.{i}.ledger", row["ledger"]["ref"])
        person.choose(f"posting.{i}.side", row["side"])
        person.write(f"posting.{i}.amount", "1200")
    person.press("main form.fields p.end button.btn")
    number = number_here(person, "vouchers")
    assert region.nobody.read(f"/vouchers/{number}")["state"] == "recorded"


def journalist_checks(person, region, number, at):
    person.leave()
    person.open("/")
    person.follow(f"/record/{region.entries}")
    assert person.has("main svg.drawn") and person.has(f'main a[href="/log/proof/{region.entries}"]')
    person.follow("/record")
    person.follow("/")
    person.open("/search?q=%E8%B5%B0%E7%9D%80%E7%9C%8B")
    person.follow(f"/needs/{number}")
    for file in ("json", "atom"):
        assert person.has(f'footer a[href*="{"/api/v1" if file == "json" else ".atom"}"]')
    for page in ("/needs", "/fund", f"/rounds/{at['decided']}/result", "/thread/project/1", f"/agreements/{at['in_force']}", "/duty", "/charter", "/members"):
        person.open(page)
        assert person.has("main h1")
    listed = region.nobody.get("/needs.csv").body.decode()
    assert "走着看" in listed


def test_the_whole_cycle(walk):
    person, region = walk
    at = people.places(region)
    number = citizen_asks(person)
    steward_brings(person)
    secretary_routes(person, number)
    officer_answers(person, number)
    citizen_judges(person, number)
    assert region.nobody.read(f"/needs/{number}")["state"] == "closed"
    citizen_votes(person, at)
    delegate_says_yes(person, region, at)
    treasurer_records(person, region, at)
    journalist_checks(person, region, number, at)
    assert person.pages > 50
    region.verify()
