# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our pages are HTML as the W3C's Nu checker and html-validate (npm) understand it: every kind of page in both languages, read by a
stranger, by a resident and by the secretariat. Skipped where Java or the checkers are not there (tools/peers)."""
import json
import pathlib
import re
import shutil
import subprocess

import pytest

from region import PASSWORD, Client

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGES = TOP / "build" / "peers" / "npm" / "node_modules"
JAR = PACKAGES / "vnu-jar" / "build" / "dist" / "vnu.jar"
HTML_VALIDATE = PACKAGES / "html-validate" / "bin" / "html-validate.mjs"
RULES = TOP / "tests" / "outsiders" / "html-validate.json"
STARTS = ["/", "/needs", "/members", "/bodies", "/mandates", "/commitments", "/council", "/duty", "/record", "/record/1", "/charter", "/search?q=a",
          "/menu", "/sign-in", "/register", "/follow", "/needs/open/submit", "/no-such-page", "/needs/new/submit"]
SIGNED = ["/desk", "/account", "/account/tokens", "/account/factor", "/account/data", "/needs/new/submit"]
MOST = 60  # pages for one reader


def nu():
    """Files in, the Nu checker's findings of errors out."""
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    if not JAR.is_file():
        pytest.skip("the Nu checker cannot be had from npm (tools/peers)")

    def run(files):
        done = subprocess.run(["java", "-Xss4m", "-jar", str(JAR), "--errors-only", "--format", "json", "--stdout", *map(str, files)],
                              capture_output=True, timeout=300)
        return [f"{pathlib.Path(m['url']).name}: {m['message']} | {m.get('extract', '')}" for m in json.loads(done.stdout)["messages"]]

    return run


def html_validate():
    """Files in, the findings of html-validate out; its rules, and the three that are ours, in html-validate.json."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not HTML_VALIDATE.is_file():
        pytest.skip("html-validate cannot be had from npm (tools/peers)")

    def run(files):
        done = subprocess.run(["node", str(HTML_VALIDATE), "--config", str(RULES), "--formatter", "json", *map(str, files)],
                              capture_output=True, timeout=300)
        return [f"{pathlib.Path(found['filePath']).name}:{m['line']}:{m['column']}: {m['ruleId']}: {m['message']}"
                for found in json.loads(done.stdout) for m in found["messages"]]

    return run


@pytest.fixture(scope="module", params=[nu, html_validate], ids=["nu", "html-validate"])
def checker(request):
    return request.param()


@pytest.fixture(scope="module")
def read(own):
    """The pages that one reader comes to in one language, by address; walked once for both checkers."""
    known = {}

    def pages(name, lang):
        if (name, lang) not in known:
            cookie = None
            if name is not None:
                answer = Client(own.server.port).ask("POST", "/api/v1/sign-in", {"name": name, "password": PASSWORD})
                cookie = answer.fields["set-cookie"].split(";")[0]
            known[name, lang] = crawl(own, cookie, STARTS + (SIGNED if name else []), lang)
        return known[name, lang]

    return pages


@pytest.fixture(scope="module")
def own(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("nu") / "region").start()
    need = region.asker.make("/needs/new/submit", title="检查页面用的需求", text="一段足够长的说明。\n\n- 一\n- 二", category="transport", kind="question")
    region.secretary.act(f"/needs/{need}/route", lead="member/2")
    region.officer2.act(f"/needs/{need}/answer", outcome="done", answer="已于一月一日起加密到十五分钟一班。")
    region.officer2.make("/commitments/new/pledge", title="修好路灯", owner="member/2", due="2030-01-31", source=f"need/{need}")
    region.delegate1.act("/charter/1/amend", places=3, reason="多一位小数。")
    yield region
    region.kill()


def crawl(region, cookie, starts, lang):
    """Pages by address: the starts and what they lead to, one of each kind."""
    client, seen, kinds, queue = Client(region.server.port), {}, set(), list(starts)
    while queue and len(seen) < MOST:
        path = queue.pop(0)
        kind = re.sub(r"\d+", "N", path.split("?")[0])
        if path in seen or (path not in starts and kind in kinds):
            continue
        kinds.add(kind)
        fields = {"Accept": "text/html", "Accept-Language": lang, **({"Cookie": cookie} if cookie else {})}
        answer = client.ask("GET", path, None, fields)
        if not answer.fields.get("content-type", "").startswith("text/html"):
            continue
        seen[path] = answer.body
        queue += [found for found in re.findall(r'href="(/[^"#]*)"', answer.body.decode()) if not found.startswith(("/api/", "/log/"))]
    return seen


def test_the_checker_finds_what_is_wrong(checker, tmp_path):
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=en><title>x</title><p><div></p><img src=x>")
    assert checker([tmp_path / "wrong.html"])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [None, "asker", "secretary"])
def test_pages(checker, read, tmp_path, name, lang):
    pages = read(name, lang)
    assert len(pages) >= 20
    files = []
    for i, (path, body) in enumerate(pages.items()):
        files.append(tmp_path / f"{i:02d}{re.sub(r'[^a-z0-9]+', '_', path)}.html")
        files[-1].write_bytes(body)
    assert checker(files) == []
