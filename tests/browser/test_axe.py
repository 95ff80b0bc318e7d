# SPDX-License-Identifier: AGPL-3.0-or-later
"""axe-core (WCAG 2.2 AA and best practice) finds nothing on any page: with data, empty, with errors, refused; in both languages, light and dark, 320
and 1280 wide, at 100 % and 200 % text. Every pair of these in make test, the full product in make test-long. And no page scrolls sideways."""
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
from test_sample_pages import AXE  # noqa: E402

NOW = "2026-11-20T06:10:00Z"
STATUS = "return performance.getEntriesByType('navigation')[0].responseStatus"
LEVELS = [("zh", "en"), ("light", "dark"), (320, 1280), (100, 200)]
# region, who reads ("-": nobody), address, status if it is not 200; "!" before it: its form is sent as it comes, with nothing filled in
PAGES = [line.split() for line in """
demo - /
demo - /menu
demo - /needs
demo - /needs?state=signed&category=transport
demo - /needs/1
demo - /needs/34
demo - /organisations
demo - /organisations/1
demo - /projects
demo - /projects/1
demo - /rounds
demo - /rounds/{decided}
demo - /rounds/{decided}/result
demo - /rounds/{decided}/roll
demo - /rounds/{decided}/ballot
demo - /allocations/1
demo - /agreements
demo - /agreements/{in_force}
demo - /fund
demo - /fund/members/44
demo - /fund/balance
demo - /vouchers/{receipt}
demo - /commitments
demo - /commitments/1
demo - /duty
demo - /council
demo - /members
demo - /members/4
demo - /bodies/1
demo - /charter
demo - /thread/project/6
demo - /record
demo - /record/40
demo - /record/1000
demo - /search?q=%E5%85%AC%E4%BA%A4
demo - /sign-in
demo - /register
demo - /follow
demo - /needs/open/submit
demo secretary /desk
demo shanghai /desk
demo secretary /needs/{new}/route
demo shanghai /needs/{in_hand}/answer
demo shanghai /needs/{in_hand}
demo nantong /agreements/{agreement}
demo nantong /agreements/{agreement}/say?consent={consent}&says=yes
demo treasurer /vouchers/new/receive
demo treasurer /fund/calls
demo commuters /projects/new/propose
demo citizen20 /rounds/{open}/vote
demo citizen20 /account
demo citizen20 /account/tokens
demo citizen20 /account/factor
demo citizen5 /needs/new/submit
demo citizen5 /needs/new/submit?category=health
demo citizen5 /persons/{citizen5}/erase
empty - /
empty - /needs
empty - /commitments
empty - /duty
empty - /projects
empty - /organisations
empty - /search?q=nothing-is-called-this
empty - /record?type=organisation
empty asker /desk
empty asker /account
demo - /needs/99999 404
demo - /desk 401
demo - /needs?state=nothing 422
demo citizen20 !/needs/{new}/route 403
demo citizen20 /fund/calls
demo citizen5 !/needs/new/submit?category=transport
demo secretary !/needs/{new}/route
demo treasurer !/vouchers/new/receive
demo - !/sign-in
demo - !/register
""".strip().splitlines()]


def looks(i):
    """Two looks of a page, each the other's opposite; pages differ in which."""
    bits = [i & 1, i >> 1 & 1, i >> 2 & 1, 0]
    return [tuple(levels[bit ^ turn] for levels, bit in zip(LEVELS, bits)) for turn in (0, 1)]


EVERY = list(itertools.product(*LEVELS))
CASES = [(page, look) for i, page in enumerate(PAGES) for look in (EVERY if os.environ.get("LIANXI_LONG") else looks(i))]


def test_every_pair_is_looked_at():
    chosen = [(i, *look) for i in range(len(PAGES)) for look in looks(i)]
    for a, b in itertools.combinations(range(4), 2):
        assert {(c[1 + a], c[1 + b]) for c in chosen} == set(itertools.product(LEVELS[a], LEVELS[b]))
    for a in range(4):
        assert {(c[0], c[1 + a]) for c in chosen} == set(itertools.product(range(len(PAGES)), LEVELS[a]))


@pytest.fixture(scope="module")
def served(lianxi, founded, tmp_path_factory):
    folder = tmp_path_factory.mktemp("axe") / "demo"
    lianxi("demo", folder, timeout=600)
    both = {"demo": regions.Region(lianxi, folder).start(now=NOW), "empty": founded.copy(folder.parent / "empty").start()}
    yield both
    for own in both.values():
        own.kill()


@pytest.fixture(scope="module")
def cookies(served):
    """The session of an account, signed in once."""
    known = {}

    def cookie(place, who):
        if (place, who) not in known:
            password = "lianxi-demo" if place == "demo" else regions.PASSWORD
            answer = regions.Client(served[place].server.port).ask("POST", "/api/v1/sign-in", {"name": who, "password": password})
            known[place, who] = answer.fields["set-cookie"].split(";")[0].split("=", 1)
        return known[place, who]

    return cookie


@pytest.fixture(scope="module")
def driver():
    if not AXE.exists():
        pytest.skip("axe-core is not in build/peers: tools/peers could not fetch it")
    made = sample_pages.browser()
    made.execute_cdp_cmd("Network.enable", {})
    made.set_script_timeout(150)  # the charter is long, machines may be busy
    made.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    made.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": AXE.read_text(encoding="utf-8")})
    yield made
    made.quit()


@pytest.fixture(scope="module")
def at(served, cookies):
    account = regions.Client(served["demo"].server.port).get("/account", Cookie="=".join(cookies("demo", "citizen5")))
    return {**people.places(served["demo"]), "citizen5": re.search(rb"/persons/(\d+)/erase", account.body).group(1).decode()}


def show(driver, cookies, port, page, look):
    place, who, path, status = page
    lang, theme, width, text = look
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": lang}})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    sample_pages.resize(driver, width)
    if who != "-":
        name, value = cookies(place, who)
        driver.execute_cdp_cmd("Network.setCookie", {"url": f"http://127.0.0.1:{port}", "name": name, "value": value})
    driver.get(f"http://127.0.0.1:{port}{path.lstrip('!')}")
    assert driver.execute_script(STATUS) == (200 if path.startswith("!") else status)
    if path.startswith("!"):
        driver.execute_script("document.querySelector('main p.end button').click()")
        driver.find_element("css selector", ".errsum" if status == 200 else "main p.above")
        assert status == 200 or driver.execute_script(STATUS) == status
    driver.execute_script(f"document.documentElement.style.fontSize = '{text}%'")


@pytest.mark.parametrize("page, look", CASES, ids=["-".join(map(str, (*page[:2], page[2].replace("/", ":"), *look))) for page, look in CASES])
def test_axe_finds_nothing(driver, served, cookies, at, page, look):
    place, who, path, *status = page
    page = (place, who, path.format(**at), int(status[0]) if status else 200)
    show(driver, cookies, served[place].server.port, page, look)
    lang, theme, width, text = look
    assert driver.execute_script("return document.documentElement.lang").startswith(lang)
    dark = driver.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (theme == "dark")
    if (width, text) != (320, 200):
        wide = driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} wide"
    assert driver.execute_script("return !!document.querySelector('h1')")
    assert sample_pages.axe_run(driver) == []
