# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fund's pages of the demonstration in a real browser, in both languages, on phones and desks: nothing scrolls the page
sideways, nothing breaks the policy, the picture stands beside its table, and the statement that is printed has no controls."""
import os
import pathlib
import sys

import pytest
import region as regions

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sample_pages = pytest.importorskip("sample_pages")

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
AXE = TOP / "build" / "peers" / "axe_playwright_python" / "axe.min.js"
PAGES = {"/fund": ("共同发展基金", "Joint development fund"), "/fund/members/44": ("成员缴款对账单", "Statement of a member"),
         "/fund/balance": ("试算平衡表", "Trial balance"), "/fund/money": ("全部收付明细", "All movements of money")}


@pytest.fixture(scope="module")
def port(lianxi, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "region"
    lianxi("demo", folder, timeout=600)
    server = regions.Server(lianxi.path, folder, now="2026-11-20T09:00:00Z")
    yield server.port
    server.kill()


@pytest.fixture(scope="module")
def driver():
    made = sample_pages.browser()
    yield made
    made.quit()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize("width", (390, 1280))
def test_pages_of_the_fund_are_fit(driver, port, path, lang, width):
    sample_pages.resize(driver, width)
    driver.get(f"http://127.0.0.1:{port}{path}?lang={lang}")
    assert driver.find_element("css selector", "h1").text == PAGES[path][lang == "en"]
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    assert [e["message"] for e in driver.get_log("browser") if "favicon" not in e["message"]] == []
    assert driver.execute_script(sample_pages.SMALL) == []
    if AXE.exists() and width == 1280:
        assert sample_pages.axe_findings(driver, AXE.read_text(encoding="utf-8")) == []


def test_the_picture_says_what_its_table_says(driver, port):
    driver.get(f"http://127.0.0.1:{port}/fund?lang=en")
    assert driver.find_element("css selector", ".chart svg").get_attribute("aria-label")
    tables = driver.find_elements("css selector", "table")
    closing = [row.find_elements("css selector", "td")[-1].text for row in tables[1].find_elements("css selector", "tbody tr")][-1]
    assert closing == driver.find_element("css selector", ".figs dd").text and closing != "0"


def test_a_printed_statement_has_no_controls(driver, port):
    driver.get(f"http://127.0.0.1:{port}/fund/members/44?lang=zh")
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = driver.execute_script("return [...document.querySelectorAll('button,form,.exports')].filter(e => e.offsetParent).length")
        assert shown == 0
        closing = driver.find_elements("css selector", ".figs dd")[-1].text
        assert closing != "0" and closing in driver.find_element("css selector", "table").text
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
