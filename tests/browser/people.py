# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person at a browser: by pointer or by keyboard alone, with scripts or without, in one language, at one width. What it does is what
anyone can: follow links by their address, fill fields by their name, press buttons; and it says when a page is not fit to be used."""
import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import sample_pages

PASSWORD = "lianxi-demo"
STOPS = """
const all = [...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex]')]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0);
const seen = new Set(), stops = [];
for (const e of all) {
  // a group of radio buttons is one stop: the chosen one, or the first
  if (e.type === 'radio' && e.name) {
    const key = (e.form ? [...document.forms].indexOf(e.form) : '') + '/' + e.name;
    if (seen.has(key)) continue;
    seen.add(key);
    stops.push(all.find(o => o.type === 'radio' && o.name === e.name && o.form === e.form && o.checked) || e);
  } else stops.push(e);
}
const wanted = arguments[0];
const at = stops.findIndex(e => e === wanted || (e.type === 'radio' && wanted.type === 'radio' && e.name === wanted.name && e.form === wanted.form));
const here = document.activeElement, own = stops.indexOf(here);
// focus may rest on what is no stop: the summary of errors; Tab goes on from there
const before = stops.filter(e => here !== document.body && here.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING).length - 1;
return [own >= 0 ? own : before, at];
"""


class Person:
    def __init__(self, driver, port, lang="zh", width=1280, scripts=True, keyboard=False):
        self.driver, self.base, self.lang, self.keyboard, self.width = driver, f"http://127.0.0.1:{port}", lang, keyboard, width
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": lang}})
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        sample_pages.resize(driver, width)
        self.scripts, self.pages = scripts, 0

    def open(self, path):
        self.driver.get(self.base + path)
        self.fit()

    def fit(self):
        """Every page on the way: in the language asked for, not wider than the window, nothing against the policy."""
        self.pages += 1
        d = self.driver
        assert d.execute_script("return document.documentElement.lang").startswith(self.lang[:2]), d.current_url
        wide = d.execute_script("return document.documentElement.scrollWidth")
        assert wide <= self.width, f"{d.current_url} is {wide} wide in {self.width}"
        errors = [line["message"] for line in d.get_log("browser") if "favicon" not in line["message"] and "status of 4" not in line["message"]]
        assert errors == [], d.current_url

    def find(self, selector, where=None):
        found = [e for e in (where or self.driver).find_elements(By.CSS_SELECTOR, selector)
                 if self.driver.execute_script("return arguments[0].checkVisibility({visibilityProperty: true})", e)]
        assert found, f"no {selector} at {self.driver.current_url}: {self.text()[:900]}"
        return found[0]

    def text(self):
        return self.driver.find_element(By.CSS_SELECTOR, "main").text

    def has(self, selector):
        return bool(self.driver.find_elements(By.CSS_SELECTOR, selector))

    # ---- how things are reached ----

    def reach(self, element):
        """By Tab alone, as many times as there are stops between; then it must have the focus, and show it."""
        at, wanted = self.driver.execute_script(STOPS, element)
        assert wanted >= 0, f"out of reach of the keyboard: {element.get_attribute('outerHTML')[:120]} at {self.driver.current_url}"
        steps = wanted - at
        keys = ActionChains(self.driver)
        if steps < 0:
            keys.key_down(Keys.SHIFT)
        for _ in range(abs(steps)):
            keys.send_keys(Keys.TAB)
        if steps < 0:
            keys.key_up(Keys.SHIFT)
        keys.perform()
        for _ in range(12):  # a field for a day holds further stops inside, as the browser likes
            if self.at(element):
                break
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
        assert self.at(element), f"Tab leads elsewhere than {element.get_attribute('outerHTML')[:120]} at {self.driver.current_url}"
        shown = self.driver.execute_script("return getComputedStyle(document.activeElement).outlineWidth")
        assert shown not in ("0px", ""), f"no focus to be seen on {element.get_attribute('outerHTML')[:120]}"

    def at(self, element):
        return self.driver.execute_script(
            "const a = document.activeElement, e = arguments[0]; return a === e || (a.type === 'radio' && a.name === e.name);", element)

    def press_keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def leave_by(self, element):
        """Follows a link or presses a button, and waits for the next page."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        if self.keyboard:
            self.reach(element)
            self.press_keys(Keys.ENTER)
        else:
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                before.is_enabled()
                time.sleep(0.02)
            except Exception:  # noqa: BLE001: the page is gone, whatever the driver calls that
                break
        else:
            raise AssertionError(f"nothing happened at {self.driver.current_url}")
        while self.driver.execute_script("return document.readyState") != "complete" and time.monotonic() < until:
            time.sleep(0.02)
        self.fit()

    # ---- what people do ----

    def follow(self, address):
        """The first link to an address on the page."""
        self.leave_by(self.find(f'a[href="{address}"]'))

    def press(self, selector="main form.fields p.end button.btn"):
        self.leave_by(self.find(selector))

    def write(self, name, text):
        field = self.find(f'main [name="{name}"]')
        if not self.keyboard:
            field.clear()
            field.send_keys(text)
            return
        self.reach(field)
        self.press_keys(text)

    def choose(self, name, value):
        """In a select, or among radio buttons."""
        field = self.find(f'main [name="{name}"]')
        if field.tag_name == "select":
            self.choose_option(field, value)
            return
        options = self.driver.find_elements(By.CSS_SELECTOR, f'main [name="{name}"]')
        wanted = next(o for o in options if o.get_attribute("value") == value)
        if not self.keyboard:
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", wanted)
            wanted.click()
            return
        self.reach(wanted)
        self.press_keys(Keys.SPACE)
        for _ in range(options.index(wanted)):
            self.press_keys(Keys.ARROW_DOWN)
        assert wanted.is_selected()

    def choose_option(self, field, value):
        options = [o.get_attribute("value") for o in field.find_elements(By.TAG_NAME, "option")]
        if not self.keyboard:
            field.find_elements(By.TAG_NAME, "option")[options.index(value)].click()
            return
        self.reach(field)
        at = self.driver.execute_script("return arguments[0].selectedIndex", field)
        steps = options.index(value) - at
        self.press_keys(*[Keys.ARROW_DOWN if steps > 0 else Keys.ARROW_UP] * abs(steps))
        assert self.driver.execute_script("return arguments[0].value", field) == value

    def tick(self, box):
        if not self.keyboard:
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", box)
            box.click()
        else:
            self.reach(box)
            self.press_keys(Keys.SPACE)
        assert box.is_selected()

    def sign_in(self, name):
        self.driver.delete_all_cookies()
        self.open("/sign-in")
        self.write("name", name)
        self.write("password", PASSWORD)
        self.press("main form.fields p.end button")
        assert not self.driver.current_url.endswith("/sign-in"), self.text()

    def leave(self):
        self.driver.delete_all_cookies()


def places(region):
    """Where the demonstration's present stands, asked of itself: numbers change with its story."""
    read = region.nobody.read
    agreement, waits = next((a["number"], c) for a in read("/agreements")["agreements"]
                            for c in read(f"/agreements/{a['number']}")["consents"]
                            if c["stage"] == "open" and sum("says" not in v for v in c["voices"]) == 1)
    last = next(v for v in waits["voices"] if "says" not in v)
    return {
        "open": read("/rounds?state=open")["rounds"][0]["number"],
        "decided": read("/rounds?state=confirmed")["rounds"][0]["number"],
        "agreement": agreement, "consent": waits["consent"], "delegate": last["title"]["en"].lower(),
        "in_force": read("/agreements?state=in_force")["agreements"][0]["number"],
        "receipt": read("/vouchers?state=recorded")["vouchers"][0]["number"],
        "new": read("/needs?state=submitted")["needs"][0]["number"],
        "in_hand": read("/needs?state=signed&lead=member/4")["needs"][0]["number"],
    }
