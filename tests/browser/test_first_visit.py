# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stranger's first visit: little to fetch, nothing from elsewhere, and colours that can be told apart."""
import gzip
import pathlib
import re
import sys

import pytest

import region as regions

sys.path.append(str(pathlib.Path(__file__).resolve().parent))

import sample_pages  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# against the page: at least, light and dark
TEXT = {"ink": (17, 14.4), "ink2": (7.2, 8.8), "link": (8.8, 9), "seen": (8.9, 8.6), "bad": (7.49, 8.1), "warn": (6.3, 9.3), "good": (6.9, 9),
        "edge": (4.7, 5.5), "c1": (8.8, 9), "c2": (4.8, 7.7), "c3": (5.1, 8.4), "c4": (6.5, 8), "c0": (3.4, 5.3)}
TINTS = {"linkbg": "link", "badbg": "bad", "warnbg": "warn", "goodbg": "good"}


def tokens(css, dark):
    """The custom properties of one theme, by name."""
    light = re.search(r":root\{(.*?)\}", css, re.S).group(1)
    own = re.search(r"data-theme=dark\]\{(.*?)\}", css, re.S).group(1) if dark else ""
    return dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", light)) | dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", own))


def light_of(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ratio(a, b):
    high, low = sorted((light_of(a), light_of(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out(dark):
    css = (TOP / "web" / "style.css").read_text(encoding="utf-8")
    known = tokens(css, dark)
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21)
    for name, least in TEXT.items():
        assert ratio(known[name], known["paper"]) >= least[dark], name
    for tint, own in TINTS.items():
        assert ratio(known[own], known[tint]) >= 5.7 and ratio(known["ink"], known[tint]) >= 5.7, tint
    for filled in ("f-link", "f-bad", "f-good"):
        assert ratio(known["f-on"], known[filled]) >= 5 and ratio(known[filled], known["paper"]) >= 3, filled
    assert ratio("#1A1C1E", known["focus"]) >= 12


def test_both_ways_to_the_dark_are_the_same():
    css = (TOP / "web" / "style.css").read_text(encoding="utf-8")
    asked = re.search(r"data-theme=dark\]\{(.*?)\}", css, re.S).group(1)
    preferred = re.search(r"not\(\[data-theme\]\)\{(.*?)\}", css, re.S).group(1)
    assert asked == preferred


@pytest.fixture(scope="module")
def demo(lianxi, tmp_path_factory):
    folder = tmp_path_factory.mktemp("visit") / "demo"
    lianxi("demo", folder, timeout=600)
    own = regions.Region(lianxi, folder).start(now="2026-11-20T06:10:00Z")
    yield own
    own.kill()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_home_is_small_and_whole_without_scripts(demo, lang):
    page = demo.nobody.get("/", Accept="text/html", Accept_Language=lang).body
    files = re.findall(rb'(?:href|src)="(/(?:style|script)-[^"]+)"', page)
    assert len(files) == 2
    fetched = [page] + [demo.nobody.get(name.decode()).body for name in files]
    assert sum(len(gzip.compress(body, 6)) for body in fetched) < 60_000

    driver = sample_pages.browser()
    try:
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": lang}})
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        sample_pages.resize(driver, 390)
        base = f"http://127.0.0.1:{demo.server.port}"
        driver.get(base + "/")
        asked = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
        assert asked and all(name.startswith(base + "/") for name in asked)
        shown = driver.find_element("css selector", "main").text
        assert len(driver.find_elements("css selector", ".tiles a")) == 41 and len(driver.find_elements("css selector", ".acts li")) == 10
        assert ("刚刚发生" if lang == "zh" else "Just happened") in shown
    finally:
        driver.quit()
