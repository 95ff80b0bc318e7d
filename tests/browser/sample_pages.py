#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looks at the sample pages with a browser.

    sample_pages.py VIEW_SAMPLE OUT_FOLDER [PAGE …]

Prints the pages with the program VIEW_SAMPLE, serves them on this machine, opens each in every look (1280 and
390 wide, light, dark, large), takes pictures into OUT_FOLDER, and checks: no sideways scrolling of the page at
320 wide, nothing of the page's own policy violated, a focus that is seen, no element smaller than 24 px that
one must hit, and, where axe-core is found (AXE names the file), no finding of axe. Exit 1 when something is.
"""
import base64
import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

EVERY_LOOK = (("", 1280), ("", 390), (".dark", 1280), (".dark", 390), (".large", 1280), (".large", 390))
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
SMALL = """
return [...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea')]
  .filter(e => !e.closest('.vh,.skip,p,dd,li,td,th,h1,h2,h3') && e.offsetParent && !e.matches('.skip,.vh'))
  .filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && Math.min(r.width, r.height) < 20; })
  .map(e => e.outerHTML.slice(0, 120));
"""


def looks():
    """Those named in LOOKS ("390 dark1280 large390"), else all."""
    named = os.environ.get("LOOKS", "").split()
    return [(v, w) for v, w in EVERY_LOOK if not named or f"{v.lstrip('.')}{w}" in named]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The sample pages under the policy that the server will send."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_):
        pass


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def browser():
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1400,1000"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for path in ("/usr/bin/chromium",):
        if pathlib.Path(path).exists():
            options.binary_location = path
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def resize(driver, width, height=900):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})


def picture(driver, path):
    height = driver.execute_script("return Math.ceil(document.documentElement.scrollHeight)")
    data = driver.execute_cdp_cmd("Page.captureScreenshot", {
        "format": "png", "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": driver.execute_script("return innerWidth"), "height": height, "scale": 1}})
    path.write_bytes(base64.b64decode(data["data"]))


def axe_findings(driver, axe):
    driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    driver.execute_script(axe)
    return axe_run(driver)


def axe_run(driver):
    """The findings of axe, which the page holds already."""
    return driver.execute_async_script("""
        const done = arguments[0];
        axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
          .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 140)).join(' | '))),
                e => done(['axe failed: ' + e]));""")


def look(driver, base, page, out, axe, faults):
    for variant, width in looks():
        for lang in ("zh", "en"):
            name = f"{page}{variant}.{lang}"
            resize(driver, width)
            driver.get(f"{base}/{name}.html")
            picture(driver, out / f"{name}-{width}.png")
            for entry in driver.get_log("browser"):
                if "favicon" not in entry["message"]:
                    faults.append(f"{name}: {entry['message']}")
            small = driver.execute_script(SMALL)
            faults += [f"{name} {width}: hard to hit: {html}" for html in small]
            if axe:
                faults += [f"{name} {width}: {finding}" for finding in axe_findings(driver, axe)]
            if width == 390:
                resize(driver, 320)
                wide = driver.execute_script("return document.documentElement.scrollWidth")
                if wide > 320:
                    faults.append(f"{name}: {wide} px wide in a window of 320")


def main():
    program, out = sys.argv[1], pathlib.Path(sys.argv[2])
    pages_folder = out / "pages"
    pages_folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([program, str(pages_folder)], check=True)
    names = sorted({path.name.split(".")[0] for path in pages_folder.glob("*.html")})
    names = [name for name in names if not sys.argv[3:] or name in sys.argv[3:]]
    axe_path = os.environ.get("AXE")
    axe = pathlib.Path(axe_path).read_text(encoding="utf-8") if axe_path else None
    server, driver, faults = serve(pages_folder), browser(), []
    try:
        for name in names:
            look(driver, f"http://127.0.0.1:{server.server_port}", name, out, axe, faults)
    finally:
        driver.quit()
        server.shutdown()
    print(json.dumps(sorted(set(faults)), ensure_ascii=False, indent=1) if faults else f"{len(names)} pages, nothing found")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
