# SPDX-License-Identifier: AGPL-3.0-or-later
"""/openapi.json describes what is served: references resolve, names are unique, every list and record fits its schema, every act answers."""
import re

import pytest

import region as regions

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def resolve(document, schema):
    while "$ref" in schema:
        at = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        schema = at
    return schema


def of_kind(value, kind):
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def faults(document, schema, value, path=""):
    """What of JSON Schema 2020-12 the description uses, and nothing else."""
    schema = resolve(document, schema)
    assert set(schema) <= {"type", "enum", "const", "properties", "required", "items", "oneOf", "format", "description",
                           "pattern", "minLength", "maxLength", "minimum", "maximum", "additionalProperties"}, schema
    if "oneOf" in schema:
        found = [faults(document, each, value, path) for each in schema["oneOf"]]
        return [] if [] in found else [f"{path}: none of oneOf"]
    if "const" in schema and value != schema["const"]:
        return [f"{path}: {value!r} is not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path}: {value!r} is not in {schema['enum']}"]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(of_kind(value, kind) for kind in kinds):
        return [f"{path}: {value!r} is no {kinds}"]
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{path}: {value!r} against {schema['pattern']}"]
    if isinstance(value, list):
        return [f for i, each in enumerate(value) for f in faults(document, schema.get("items", {}), each, f"{path}/{i}")]
    if isinstance(value, dict):
        missing = [f"{path}: no {name}" for name in schema.get("required", []) if name not in value]
        return missing + [f for name, each in value.items() if name in schema.get("properties", {})
                          for f in faults(document, schema["properties"][name], each, f"{path}/{name}")]
    return []


@pytest.fixture(scope="module")
def served(lianxi, tmp_path_factory):
    """The demonstration, which has records of every type and state."""
    folder = tmp_path_factory.mktemp("demo") / "region"
    lianxi("demo", folder)
    server = regions.Server(lianxi.path, folder)
    client = regions.Client(server.port)
    yield client, client.get("/openapi.json").json()
    client.close()
    server.kill()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_the_document_holds_together(served):
    _, document = served
    assert document["openapi"].startswith("3.1.")
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) > 50
    references = set(re.findall(r"'\$ref': '(#/[^']+)'", str(document)))
    for reference in references:
        assert resolve(document, {"$ref": reference})
    for path, _, operation in operations(document):
        asked = set(re.findall(r"{(\w+)}", path))
        given = {resolve(document, each)["name"] for each in operation.get("parameters", [])
                 if resolve(document, each)["in"] == "path"}
        assert asked == given, path
        assert operation["summary"] and any(status.startswith("4") for status in operation["responses"])


def test_every_list_and_record_fits_its_schema(served):
    client, document = served
    seen = 0
    for path, method, operation in operations(document):
        if method != "get" or "{n}" in path or not path.startswith("/api/v1/"):
            continue
        answer = client.get(path)
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert faults(document, schema, answer.json()) == [], path
        records = [row for rows in answer.json().values() if isinstance(rows, list) for row in rows]
        if path + "/{n}" not in document["paths"] or not records or "number" not in records[0]:
            continue
        schema = document["paths"][path + "/{n}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for record in records:
            whole = client.get(f"{path}/{record['number']}").json()
            assert faults(document, schema, whole) == [], f"{path}/{record['number']}"
            seen += 1
    assert seen > 100


def test_every_member_of_a_record_is_described(served):
    """What the description does not name is a member that an institution adds, or a mistake."""
    client, document = served
    known = {"winners", "total_cost", "hidden", "commitments", "versions"}
    for name, schema in document["components"]["schemas"].items():
        path = next((p for p, _, o in operations(document) if o["operationId"] == f"get_{name}"), None)
        if path is None:
            continue
        answer = client.ask("GET", path.replace("{n}", "1"))
        if answer.status == 200:
            assert set(answer.json()) - set(schema["properties"]) <= known, name


def test_every_act_answers_as_described(served):
    """A stranger's empty request: refused by one of the statuses that are described, in a problem."""
    client, document = served
    acts = 0
    for path, method, operation in operations(document):
        if method != "post":
            continue
        answer = client.ask("POST", path.replace("{n}", "1"), {})
        assert str(answer.status) in operation["responses"], f"{path}: {answer}"
        if answer.status >= 400:
            assert faults(document, {"$ref": "#/components/schemas/Problem"}, answer.json()) == []
        acts += 1
    assert acts > 40


def test_the_description_is_not_sent_twice(served):
    client, _ = served
    answer = client.get("/openapi.json")
    assert answer.fields["content-type"].startswith("application/json")
    assert client.ask("GET", "/openapi.json", fields={"If-None-Match": answer.fields["etag"]}).status == 304
