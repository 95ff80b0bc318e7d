# SPDX-License-Identifier: AGPL-3.0-or-later
"""lianxi share, black box: every reference case within its tolerance, the officer's list, faults that name the place."""
import json
import subprocess
from fractions import Fraction

import pytest

from conftest import FIXTURES

OWN = FIXTURES / "shares"


def solve(lianxi, problem, *words, **more):
    done = lianxi("share", "-", "--format", "json", *words, stdin=json.dumps(problem), **more)
    return json.loads(done.stdout)


def number(value):
    return Fraction(value) if isinstance(value, (str, int)) else value


def compare(path, expected, found, tol):
    """`found` has at least what is expected: fractions exactly, decimals within tol."""
    if isinstance(expected, dict):
        tol = expected.get("tol", tol)
        for key, value in expected.items():
            if key != "tol":
                assert key in found, f"{path}.{key} is missing"
                compare(f"{path}.{key}", value, found[key], tol)
    elif isinstance(expected, list):
        assert len(expected) == len(found), path
        for i, (a, b) in enumerate(zip(expected, found)):
            compare(f"{path}[{i}]", a, b, tol)
    elif isinstance(expected, float):
        assert abs(expected - float(number(found))) <= tol * max(1, abs(expected)), f"{path}: {expected} {found}"
    elif isinstance(expected, str) and expected[:1].isdigit() or isinstance(expected, str) and expected[:1] == "-":
        assert Fraction(expected) == Fraction(found), f"{path}: {expected} {found}"
    else:
        assert expected == found, f"{path}: {expected!r} {found!r}"


def reference(folder, name):
    return json.loads((folder / "reference" / "shares" / name).read_text(encoding="utf-8"))["cases"]


def pytest_generate_tests(metafunc):
    if "own_case" in metafunc.fixturenames:
        cases = json.loads((OWN / "cases.json").read_text(encoding="utf-8"))
        metafunc.parametrize("own_case", cases, ids=[case["id"] for case in cases])


@pytest.mark.parametrize("name", ["games.json", "structured.json"])
def test_every_reference_case_is_met(lianxi, shared, name):
    for case in reference(shared, name):
        expected = case.pop("expect")
        compare(case["id"], expected, solve(lianxi, case), 1e-9)


def test_own_cases_are_met(lianxi, own_case):
    expected = own_case.pop("expect")
    compare(own_case["id"], expected, solve(lianxi, own_case), 1e-9)
