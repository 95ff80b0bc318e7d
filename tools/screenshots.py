#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of every page of the demonstration region, both languages, desk and phone.

    screenshots.py BINARY FOLDER [NAME …]      (default: all; names as in PAGES)

Makes the demonstration in a folder of its own, serves it, and writes FOLDER/<name>-<lang>-<width>.png; pages of those who are signed
in too. For people to look at, beside the design's pictures, and for the README.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

WIDTHS = (1280, 390)
LANGS = ("zh-CN", "en")
PASSWORD = "lianxi-demo"
# name: address; {plural} in it is the number of the newest record
PAGES = {
    "home": "/", "needs": "/needs", "need": "/needs/{needs}", "express": "/needs/new", "search": "/search?q=公交",
    "organisations": "/organisations", "organisation": "/organisations/1", "projects": "/projects", "project": "/projects/10",
    "rounds": "/rounds", "round": "/rounds/2", "result": "/rounds/2/result", "struck": "/rounds/1/result", "roll": "/rounds/2/roll",
    "allocations": "/allocations", "allocation": "/allocations/1", "agreements": "/agreements", "agreement": "/agreements/2",
    "fund": "/fund", "fund-member": "/fund/members/1", "commitments": "/commitments", "commitment": "/commitments/8",
    "duty": "/duty", "council": "/council", "members": "/members", "member": "/members/1", "charter": "/charter",
    "thread": "/thread/project/10", "record": "/record", "entry": "/record/40", "sign-in": "/sign-in", "none": "/needs/99999",
}
# name: account, address
OWN = {
    "desk-secretary": ("secretary", "/desk"), "account": ("citizen20", "/account"), "vote": ("citizen20", "/rounds/3/cast"),
    "route": ("secretary", "/needs/{needs}/route"),
}


def browser():
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"):
        options.add_argument(word)
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def serve(binary, folder):
    subprocess.run([binary, "demo", folder], check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen([binary, "serve", folder, "--listen", "127.0.0.1:0", "--no-limits"], stdout=subprocess.PIPE)
    line = server.stdout.readline().decode()
    return server, re.search(r"http://[\d.:]+", line).group(0).rstrip(":")


def picture(driver, width, path):
    driver.set_window_size(width, 900)
    # a phone narrower than the browser's smallest window
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
    height = min(driver.execute_script("return document.documentElement.scrollHeight"), 6000)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    time.sleep(0.1)
    driver.save_screenshot(str(path))
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def sign_in(driver, base, account):
    driver.delete_all_cookies()
    driver.get(base + "/sign-in")
    driver.find_element(By.NAME, "name").send_keys(account)
    driver.find_element(By.NAME, "password").send_keys(PASSWORD)
    driver.find_element(By.NAME, "password").submit()


def shoot(driver, base, name, address, folder):
    for lang in LANGS:
        for width in WIDTHS:
            driver.get(f"{base}{address}{'&' if '?' in address else '?'}lang={lang}")
            picture(driver, width, folder / f"{name}-{lang}-{width}.png")


def main():
    binary, folder, wanted = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    region = tempfile.mkdtemp() + "/region"
    server, base = serve(binary, region)
    driver = browser()
    try:
        for name, address in PAGES.items():
            if not wanted or name in wanted:
                shoot(driver, base, name, address.replace("{needs}", "1"), folder)
        for name, (account, address) in OWN.items():
            if not wanted or name in wanted:
                sign_in(driver, base, account)
                shoot(driver, base, name, address.replace("{needs}", "1"), folder)
    finally:
        driver.quit()
        server.terminate()
        server.wait(30)
        shutil.rmtree(region, ignore_errors=True)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main()
