# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of an agreement and of its cost shares in a real browser: they hold together at 390 and 1280 wide and on paper, in both
languages, without a word against the page's own policy."""
import pathlib
import sys

import pytest

import region as regions

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(TESTS / "api"), str(TESTS / "browser")]

import sample_pages  # noqa: E402
import test_agreements as agreements  # noqa: E402
import test_allocations as allocations  # noqa: E402


@pytest.fixture(scope="module")
def pages(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("pages") / "region").start()
    regions.submit(region)
    number = agreements.in_force(region)
    region.delegate1.act(f"/agreements/{number}/amend", reason="改用公认的方法",
                         article=[{"row": 1, "text": "三方共同建设并运行一个监测网，逐年评估。"}])
    for member in (1, 2, 3):
        getattr(region, f"delegate{member}").act(f"/agreements/{number}/say", says="yes")
    paths = {"agreement": f"/agreements/{number}", "allocation": f"/allocations/{allocations.adopted(region)}",
             "stating": f"/allocations/{allocations.prepared(region)}"}
    yield region, paths
    region.kill()


@pytest.fixture(scope="module")
def driver():
    driver = sample_pages.browser()
    driver.execute_cdp_cmd("Network.enable", {})
    yield driver
    driver.quit()


def shown(driver, region, path, lang, width):
    driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": lang}})
    sample_pages.resize(driver, width)
    driver.get(f"http://127.0.0.1:{region.server.port}{path}")


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_they_hold_together(driver, pages, lang, width):
    region, paths = pages
    for path in paths.values():
        shown(driver, region, path, lang, width)
        assert driver.execute_script("return document.documentElement.lang").startswith(lang[:2])
        wide = driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
        errors = [line["message"] for line in driver.get_log("browser")
                  if line["level"] == "SEVERE" and "favicon" not in line["message"]]
        assert errors == [], path
        # nothing sticks out of its column, except what scrolls by itself
        out = driver.execute_script("""
            return [...document.querySelectorAll('main p,main dd,main h2,main h3,main summary,main pre')].filter(e => !e.closest('.tw,.chart,.vh')
              && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))""")
        assert out == [], path


def test_the_address_of_an_article_leads_to_it(driver, pages):
    region, paths = pages
    shown(driver, region, paths["agreement"] + "#article.2", "en", 1280)
    assert driver.execute_script("return document.querySelector(':target').id") == "article.2"
    assert driver.execute_script("return document.querySelectorAll('ins, del').length") > 0


def test_what_is_printed_fits_the_paper(driver, pages):
    region, paths = pages
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown(driver, region, paths["allocation"], "en", 673)  # A4 within its margins
    wide = driver.execute_script("return document.querySelector('.shares').getBoundingClientRect().right")
    hidden = driver.execute_script("return getComputedStyle(document.querySelector('.util')).display")
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert wide <= 674 and hidden == "none"
