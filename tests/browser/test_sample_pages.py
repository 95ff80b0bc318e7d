# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sample pages in a real browser: no sideways scrolling at 320 px, nothing against the policy, nothing hard to hit;
with axe-core (tools/peers) no finding of it. Every page in every look only in make test-long."""
import os
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
AXE = TOP / "build" / "peers" / "axe_playwright_python" / "axe.min.js"


@pytest.fixture(scope="module")
def view_sample():
    build = TOP / "build" / "release"
    subprocess.run(["ninja", "-C", str(build), "kernel/view/view_sample"], check=True, capture_output=True, timeout=600)
    return build / "kernel" / "view" / "view_sample"


def look(view_sample, folder, *pages, axe=True, looks=None):
    environment = {**os.environ, "AXE": str(AXE) if axe and AXE.exists() else ""}
    if looks:
        environment["LOOKS"] = looks
    return subprocess.run([sys.executable, str(TOP / "tests" / "browser" / "sample_pages.py"), str(view_sample), str(folder),
                           *pages], capture_output=True, text=True, timeout=900, env=environment)


def test_the_main_pages_are_fit_for_phones_and_readers(view_sample, tmp_path):
    done = look(view_sample, tmp_path, "list", "item-general", "form", axe=False, looks="390 dark1280")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not in build/peers: tools/peers could not fetch it")
def test_axe_finds_nothing_in_the_main_pages(view_sample, tmp_path):
    done = look(view_sample, tmp_path, "list", "item-general", "form", looks="1280")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_every_page_in_every_look(view_sample, tmp_path):
    done = look(view_sample, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_page_needs_another_host_or_carries_style(view_sample, tmp_path):
    subprocess.run([str(view_sample), str(tmp_path)], check=True)
    pages = sorted(tmp_path.glob("*.html"))
    assert len(pages) > 100
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert " style=" not in text and " onclick" not in text and "://" not in text.replace("https://a.example", ""), page
        assert len(text.encode()) < 60_000, page
    assert (next(tmp_path.glob("style-*.css"))).stat().st_size < 28 * 1024
    assert (next(tmp_path.glob("script-*.js"))).stat().st_size < 10 * 1024
