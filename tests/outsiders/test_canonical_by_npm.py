# SPDX-License-Identifier: AGPL-3.0-or-later
"""What we call canonical JSON is what others call so: every entry of a region, and made-up values, through the package `canonicalize`
(RFC 8785) of npm. Skipped where Node or its registry is not there (tools/peers)."""
import json
import pathlib
import shutil
import sqlite3
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGE = TOP / "build" / "peers" / "npm" / "node_modules" / "canonicalize"
SCRIPT = """
const fs = require('node:fs');
import(process.argv[1]).then((module) => {
	const canonicalize = module.default;
	for (const line of fs.readFileSync(0, 'utf8').split('\\n')) {
		if (line) process.stdout.write(canonicalize(JSON.parse(line)) + '\\n');
	}
});
"""


@pytest.fixture(scope="module")
def canonicalize():
    """Lines of JSON in, the same lines as the package writes them."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not PACKAGE.is_dir():
        pytest.skip("canonicalize cannot be had from npm (tools/peers)")
    main = PACKAGE / json.loads((PACKAGE / "package.json").read_text()).get("main", "index.js")

    def run(lines):
        done = subprocess.run(["node", "-e", SCRIPT, str(main)], input=b"\n".join(lines) + b"\n", capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.splitlines()

    return run


@pytest.fixture(scope="module")
def demo(lianxi, tmp_path_factory):
    folder = tmp_path_factory.mktemp("canonical") / "demo"
    lianxi("demo", folder, timeout=600)
    return folder


def test_the_package_itself_is_as_the_standard_says(canonicalize):
    """A test that cannot fail proves nothing: keys in order, the shortest numbers, escapes as RFC 8785 has them."""
    assert canonicalize([b'{"b":1.0,"a":[1e2,"\\u20ac\\u0000"],"\\u00e4":null}']) == ['{"a":[100,"€\\u0000"],"b":1,"ä":null}'.encode()]


def test_every_entry_and_inner_part_of_the_demonstration(canonicalize, demo):
    with sqlite3.connect(f"file:{demo / 'lianxi.db'}?mode=ro", uri=True) as db:
        lines = [bytes(row[0]) for row in db.execute("SELECT bytes FROM entry ORDER BY n")]
        lines += [bytes(row[0]) for row in db.execute("SELECT bytes FROM inner_part ORDER BY entry")]
    assert len(lines) > 500
    assert canonicalize(lines) == lines


def test_replies_of_the_api(canonicalize, region):
    """Names and prose with everything that may stand in them."""
    odd = "a\"b\\c/\u0001\u001f\u007f\u2028é漢字𝄞 <&>"
    number = region.asker.make("/needs/new/submit", title=f"标题 {odd[:2]}漢字𝄞", text=odd * 3, category="transport", kind="question")
    bodies = [region.nobody.get(f"/api/v1{path}").body.strip() for path in (f"/needs/{number}", "/needs", "/members", "/charter", "/record")]
    assert canonicalize(bodies) == bodies
