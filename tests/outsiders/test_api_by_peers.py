# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API as outsiders' programs see it: redocly reads the description, Prism stands between client and server and compares every answer
with it, schemathesis makes up requests from it. Skipped where tools/peers could not fetch them."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import loop
import pytest
from conftest import TOP
from region import Client, Server, wait_for

NPM = TOP / "build" / "peers" / "npm" / "node_modules" / ".bin"
SCHEMATHESIS = TOP / "build" / "peers" / "schemathesis"
PEOPLE = ("secretary", "shanghai", "citizen1")


@pytest.fixture(scope="module")
def demo(lianxi, tmp_path_factory):
    """The demonstration, where there is something of every type; and a token for some of its people."""
    folder = tmp_path_factory.mktemp("peers") / "region"
    told = json.loads(lianxi("demo", folder, "--format", "json").stdout)
    server = Server(lianxi.path, folder)
    server.tokens, server.folder = {}, folder
    for name in PEOPLE:
        client = Client(server.port)
        answer = client.ask("POST", "/api/v1/sign-in", {"name": name, "password": told["password"]})
        assert answer.status == 200, answer
        cookie = answer.fields["set-cookie"].split(";")[0]
        account = client.get("/api/v1/account", Cookie=cookie).json()
        answer = client.ask("POST", "/api/v1/account/tokens", {"label": "peers", "days": 1},
                            {"Cookie": cookie, "X-CSRF-Token": account["csrf"]})
        server.tokens[name] = answer.json()["token"]
    yield server
    server.kill()


@pytest.fixture(scope="module")
def description(demo, tmp_path_factory):
    path = tmp_path_factory.mktemp("description") / "openapi.json"
    path.write_bytes(Client(demo.port).get("/openapi.json").body)
    return path


def npm(name):
    if shutil.which("node") is None or not (NPM / name).exists():
        pytest.skip(f"{name} cannot be had from npm (tools/peers)")
    return str(NPM / name)


def test_redocly_finds_no_fault(description):
    done = subprocess.run([npm("redocly"), "lint", description.name, "--extends=recommended", "--format=json"], cwd=description.parent,
                          capture_output=True, text=True, timeout=120, env={**os.environ, "REDOCLY_TELEMETRY": "off"})
    found = json.loads(done.stdout)
    assert found["totals"]["errors"] == 0 and done.returncode == 0, [row["message"] for row in found["problems"]][:10]
    assert {row["ruleId"] for row in found["problems"]} <= {"no-unused-components"}


class Prism:
    """Prism between client and server, on a port of its own."""

    def __init__(self, description, upstream, folder):
        self.log = folder / "prism.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([npm("prism"), "proxy", str(description), f"http://127.0.0.1:{upstream}", "--port", "0", "--host",
                                             "127.0.0.1"], stdout=log, stderr=log)
        said = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")
        wait_for(lambda: said.search(self.log.read_text()) or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        self.port = int(said.search(self.log.read_text()).group(1))

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def violations(answer):
    """What Prism says of an answer; what it says of the request is the test's own doing."""
    found = json.loads(answer.fields.get("sl-violations", "[]"))
    return [row for row in found if row["location"][0] == "response"]


def numbers_of(client, plural):
    listed = client.get(f"/api/v1/{plural}").json()
    return [row["number"] for row in listed.get(plural, []) if isinstance(row, dict) and "number" in row][:1] or [1]


def test_prism_agrees_with_every_answer(demo, description, tmp_path):
    """Every operation of the description, read and refused, by a stranger and by people with rights."""
    document = json.loads(description.read_text())
    prism = Prism(description, demo.port, tmp_path)
    wrong, asked, statuses = [], 0, set()
    try:
        clients = {name: Client(prism.port, demo.tokens.get(name), timeout=60) for name in (None, *PEOPLE)}
        known = {}
        for path, operations in document["paths"].items():
            plural = path.removeprefix("/api/v1/").split("/")[0]
            if "{n}" in path and plural not in known:
                known[plural] = numbers_of(Client(demo.port, demo.tokens["secretary"]), plural) if f"/api/v1/{plural}" in document["paths"] else [1]
            for n in [*known.get(plural, [1]), 999999] if "{n}" in path else [None]:
                address = re.sub(r"\{\w+\}", "1", path.replace("{n}", str(n)).replace("{type}", "need"))
                for method in operations:
                    if method not in ("get", "post") or path in ("/api/v1/sign-out", "/api/v1/account/sign-out-everywhere"):
                        continue
                    for name, client in clients.items():
                        answer = client.ask(method.upper(), address, {} if method == "post" else None)
                        asked += 1
                        statuses.add(answer.status)
                        if answer.status >= 500 or violations(answer):
                            wrong.append((method, address, name, answer.status, violations(answer)[:2]))
    finally:
        prism.stop()
    assert not wrong, wrong[:10]
    assert asked > len(document["paths"]) * 3 and {200, 401, 403, 404, 409, 422} <= statuses, statuses


def test_prism_sees_a_wrong_answer(demo, description, tmp_path):
    """Against a description that promises something else, it does object: the test above can fail."""
    document = json.loads(description.read_text())
    document["components"]["schemas"]["need"]["required"].append("nothing_has_this")
    bent = tmp_path / "bent.json"
    bent.write_text(json.dumps(document))
    prism = Prism(bent, demo.port, tmp_path)
    try:
        assert violations(Client(prism.port, timeout=60).ask("GET", "/api/v1/needs/1"))
    finally:
        prism.stop()


def test_the_loop_through_prism(lianxi, tmp_path):
    """Every act of the loop is accepted through it, and no answer differs from its description."""
    looped = loop.found(lianxi, tmp_path / "region")
    path = tmp_path / "openapi.json"
    path.write_bytes(Client(looped.server.port).get("/openapi.json").body)
    prism = Prism(path, looped.server.port, tmp_path)
    try:
        done = loop.run(prism.port)
    finally:
        prism.stop()
        looped.kill()
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-1500:]
    log = re.sub(r"\x1b\[[0-9;]*m", "", prism.log.read_text())
    wrong = [line for line in log.splitlines() if "iolation" in line and "response" in line.lower()]
    assert not wrong and log.count("POST") >= 20, wrong[:10]


def schemathesis(demo, description, folder, seconds, examples, person):
    if not (SCHEMATHESIS / "schemathesis").is_dir():
        pytest.skip("schemathesis cannot be had from PyPI (tools/peers)")
    # What a rule of an institution refuses, no schema can say: that a request of the right form is accepted is not asked. Nor that a method
    # which is not there is answered 405 whatever comes with it: a body on GET or TRACE is refused with 400 before any address is looked at.
    command = ["/usr/bin/python3", "-m", "schemathesis.cli", "run", str(description), "--url", f"http://127.0.0.1:{demo.port}", "--checks", "all",
               "--exclude-checks", "positive_data_acceptance,unsupported_method", "--phases", "coverage,fuzzing", "--max-examples", str(examples), "--workers", "1",
               "--continue-on-failure", "--no-color", "--generation-deterministic"]
    command += ["--max-time", str(seconds)]
    if person is not None:
        command += ["--header", f"Authorization: Bearer {demo.tokens[person]}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds + 120,
                          env={**os.environ, "PYTHONPATH": str(SCHEMATHESIS), "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stdout[done.stdout.find("FAILURES"):][:6000] + done.stderr[-1000:]
    said = re.search(r"(\d+) generated", done.stdout)
    assert said and int(said.group(1)) > 100, done.stdout[-2500:]


@pytest.mark.parametrize("person", [None, "secretary"])
def test_schemathesis_finds_nothing(demo, description, tmp_path, person):
    schemathesis(demo, description, tmp_path, 60, 1, person)


@pytest.mark.long
@pytest.mark.parametrize("person", [None, *PEOPLE])
def test_schemathesis_finds_nothing_for_long(demo, description, tmp_path, person):
    schemathesis(demo, description, tmp_path, 600, 40, person)
