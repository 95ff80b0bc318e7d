# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballot in a real browser: its bar has a part for each project and says what is left; what is chosen can be shown alone; and the page that
asks to confirm says the same without script."""
import pathlib
import sys

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from region import PASSWORD

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(TESTS / "api"), str(TESTS / "browser")]

import sample_pages  # noqa: E402
import test_rounds as rounds  # noqa: E402


@pytest.fixture(scope="module")
def ballot(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("ballot") / "region").start()
    number = rounds.prepare(region)
    yield f"http://127.0.0.1:{region.server.port}", f"/rounds/{number}/vote"
    region.kill()


@pytest.fixture(scope="module")
def driver(ballot):
    driver = sample_pages.browser()
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": "en"}})
    driver.get(ballot[0] + "/sign-in")
    driver.find_element(By.NAME, "name").send_keys("asker")
    driver.find_element(By.NAME, "password").send_keys(PASSWORD)
    driver.find_element(By.CSS_SELECTOR, "main form button.btn").click()
    yield driver
    driver.quit()


def bar(driver):
    said = driver.find_element(By.CSS_SELECTOR, ".spent [role=status]").text.split("\n")
    wide = [float(part.get_attribute("width")) for part in driver.find_elements(By.CSS_SELECTOR, ".spent svg rect")]
    return " ".join(said), wide


@pytest.mark.parametrize("width", [390, 1280])
def test_the_bar_adds_up(driver, ballot, width):
    sample_pages.resize(driver, width)
    driver.get(ballot[0] + ballot[1])
    said, wide = bar(driver)
    assert "0 chosen" in said and "¥1,000 left" in said and wide == []
    boxes = {box.get_attribute("value"): box for box in driver.find_elements(By.NAME, "approve")}
    boxes["A1"].click()
    boxes["A2"].click()
    said, wide = bar(driver)
    assert "2 chosen, together ¥1,000" in said and "¥0 left" in said and sorted(wide) == [396, 596]
    boxes["A2"].click()
    boxes["A3"].click()
    said, wide = bar(driver)
    assert "together ¥1,500" in said and "¥500 over the budget" in said and sorted(wide) == [396, 596]
    only = driver.find_element(By.CSS_SELECTOR, ".spent button[aria-pressed]")
    only.click()
    assert only.get_attribute("aria-pressed") == "true"
    assert [line.is_displayed() for line in driver.find_elements(By.CSS_SELECTOR, ".entrants li")].count(True) == 2
    only.click()
    assert all(line.is_displayed() for line in driver.find_elements(By.CSS_SELECTOR, ".entrants li"))
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    driver.find_element(By.CSS_SELECTOR, ".spent button[type=submit]").click()
    WebDriverWait(driver, 20).until(lambda d: "Tracking number" in d.page_source)
    confirm = driver.find_element(By.TAG_NAME, "main").text
    assert "¥1,500" in confirm and "¥500.00 over the budget" in confirm
