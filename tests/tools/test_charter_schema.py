# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/charter.schema.json says what init takes, and init says where in the file it is wrong."""
import copy
import json
import pathlib
import re

import pytest

from region import charter

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = TOP / "docs" / "charter.schema.json"


def faults(schema, value, path="$"):
    """The keywords our schema uses, no more; yields the path of each fault."""
    known = {"$schema", "title", "type", "properties", "required", "additionalProperties", "items", "enum", "pattern", "minLength",
             "maxLength", "minimum", "maximum"}
    assert set(schema) <= known, set(schema) - known
    kinds = {"object": dict, "array": list, "string": str, "integer": int}
    if "type" in schema and (not isinstance(value, kinds[schema["type"]]) or isinstance(value, bool)):
        yield path
        return
    if "enum" in schema and value not in schema["enum"]:
        yield path
    if isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                yield f"{path}.{key}"
        for key, inner in value.items():
            if key in schema.get("properties", {}):
                yield from faults(schema["properties"][key], inner, f"{path}.{key}")
            elif schema.get("additionalProperties") is False:
                yield f"{path}.{key}"
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from faults(schema["items"], inner, f"{path}[{i}]")
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 30):
            yield path
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield path
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield path


def test_the_schema_is_fresh(lianxi):
    assert json.loads(SCHEMA.read_text()) == json.loads(lianxi("types", "--format", "charter-schema").stdout), "make docs"


@pytest.mark.parametrize("file", sorted((TOP / "demo").glob("*/charter.json")), ids=lambda f: f.parent.name)
def test_our_charters_fit(file):
    assert list(faults(json.loads(SCHEMA.read_text()), json.loads(file.read_text()))) == []


def test_the_tests_charter_fits():
    assert list(faults(json.loads(SCHEMA.read_text()), charter())) == []


BROKEN = [
    ("$.institution[0].on", lambda c: c["institution"][0].update(on="maybe")),
    ("$.word[1].names", lambda c: c["word"][1].update(names="Water")),
    ("$.term[2].length", lambda c: c["term"][2].update(length=-1)),
    ("$.places", lambda c: c.update(places="two")),
    ("$.members[1].names", lambda c: c["members"][1].pop("names")),
    ("$.members[0].figure[0].year", lambda c: c["members"][0]["figure"][0].update(year=12)),
    ("$.bodies[0].kind", lambda c: c["bodies"][0].update(kind="club")),
    ("$.bodies[0].seat[2].voice", lambda c: c["bodies"][0]["seat"][2].update(voice="sings")),
    ("$.motto", lambda c: c.update(motto="x")),
    ("$.rule[0].colour", lambda c: c["rule"][0].update(colour="red")),
]
BEYOND = [  # what a schema cannot say
    ("$.members[1].superior", lambda c: c["members"][1].update(superior="Z")),
    ("$.bodies[0].seat[1].member", lambda c: c["bodies"][0]["seat"][1].update(member="Z")),
]


@pytest.mark.parametrize("path, spoil", BROKEN + BEYOND, ids=[row[0] for row in BROKEN + BEYOND])
def test_init_names_the_place(lianxi, tmp_path, path, spoil):
    spoiled = copy.deepcopy(charter())
    spoil(spoiled)
    file = tmp_path / "charter.json"
    file.write_text(json.dumps(spoiled, ensure_ascii=False))
    done = lianxi("init", tmp_path / "region", "--charter", file, code=2)
    assert f" {path}: " in done.stderr, done.stderr
    said = list(faults(json.loads(SCHEMA.read_text()), spoiled))
    assert said == ([path] if (path, spoil) in BROKEN else [])
