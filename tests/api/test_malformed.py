# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is not as it should be, sent to every route: refused with 4xx by a problem that names the place; nothing is entered."""
import json
import re
import urllib.parse

import pytest
from conftest import TOP
from region import NOON, carry, need, raw

ROUTES = [route for path in ("kernel/pages/routes.c", "modules/module_pages.c")
          for route in re.findall(r'\{ "(\w+)", "(/[^"]*)", (\w+)', (TOP / path).read_text())]
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def place(founded, tmp_path_factory):
    own = founded.copy(tmp_path_factory.mktemp("malformed") / "region").start(now=NOON)
    carry(own, "routed")
    yield own
    own.kill()


def filled(pattern, act="note"):
    """An address of the pattern."""
    values = {":plural": "needs", ":n": "1", ":act": act, ":token": "x" * 43}
    return "/".join(values.get(part, part.removeprefix("=")) for part in pattern.split("/"))


# a route of files (LX_AS_IT_IS) takes any body; tests/api/test_witness.py is for that one
POSTS = sorted({filled(pattern) for method, pattern, access in ROUTES if method == "POST" and access != "LX_AS_IT_IS"}
               | {"/needs/new/submit", "/needs/1/route", "/needs/1/correct", "/needs/1/say", "/needs/1/gone", "/needs/1/sign",
                  "/persons/1/change", "/commitments/new/pledge", "/charter/1/amend"})
GETS = sorted({filled(pattern) for method, pattern, _ in ROUTES if method == "GET"})


def with_title(text):
    """A need whose title is this piece of JSON."""
    return json.dumps(need(), ensure_ascii=False).encode().replace(json.dumps(need()["title"]).encode(), b"", 1)[:-1] + b"," + text + b"}"


def test_the_routes_are_all_of_them():
    assert len(ROUTES) > 20 and "/needs/1/note" in POSTS and "/sign-in" in POSTS and "/record/1" in GETS


# name, body, fields; a reader finds the place by the line and column, or the field
NOT_JSON = {
    "deep arrays": b"[" * 10000 + b"]" * 10000,
    "deep objects": b'{"a":' * 10000 + b"1" + b"}" * 10000,
    "deep inside": b'{"title":' + b"[" * 10000 + b"]" * 10000 + b"}",
    "half": b'{"title": "x',
    "garbage behind": b'{"title":"abcd"} x',
    "two": b'{"title":"abcd"}{"title":"abcd"}',
    "twice the same key": b'{"title":"abcd","title":"efgh"}',
    "twice the same key inside": b'{"helper":[{"member":"member/1","member":"member/2"}]}',
    "NUL": b'{"title":"ab\0cd"}',
    "NUL, escaped": b'{"title":"ab\\u0000cd"}',
    "lone surrogate": b'{"title":"ab\\ud800cd"}',
    "surrogates the wrong way": b'{"title":"ab\\udc00\\ud800cd"}',
    "not UTF-8": b'{"title":"\xff\xfe"}',
    "overlong UTF-8": b'{"title":"\xc0\xaf"}',
    "surrogate in UTF-8": b'{"title":"\xed\xa0\x80"}',
    "beyond any number": b'{"entry":1e400}',
    "beyond 64 bits": b'{"entry":99999999999999999999}',
    "NaN": b'{"entry":NaN}',
    "infinity": b'{"entry":-Infinity}',
    "a plus": b'{"entry":+1}',
    "a leading nought": b'{"entry":01}',
    "single quotes": b"{'title':'abcd'}",
    "a comment": b'{"title":"abcd" /* x */}',
    "a comma too many": b'{"title":"abcd",}',
    "UTF-16": '{"title":"abcd"}'.encode("utf-16"),
    "only blanks": b"   \n ",
    "a control character": b'{"title":"ab\x01cd"}',
}


def refused(place, answer, before, where, statuses=range(400, 500)):
    assert answer.status in statuses, f"{where}: {answer}"
    assert place.entries == before, where
    if answer.fields.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
        assert problem["status"] == answer.status and problem["detail"] and problem["code"], where
        return problem
    assert answer.fields["content-type"].startswith("text/html"), where
    return None


@pytest.mark.parametrize("path", POSTS)
def test_what_is_no_json(place, path):
    before = place.entries
    for name, body in NOT_JSON.items():
        answer = place.asker.ask("POST", "/api/v1" + path, body, JSON)
        problem = refused(place, answer, before, f"{path}, {name}", (400, 403, 413, 422))
        if answer.status in (400, 422) and "json" in problem["code"]:
            assert re.search(r"\d", problem["detail"]) or "errors" in problem or name == "UTF-16", f"{name}: no place in {problem}"


@pytest.mark.parametrize("path", POSTS)
def test_what_is_no_object_of_the_act(place, path):
    before = place.entries
    for body in ([], "text", 7, None, True, [[1]], {"": 1}, {"x" * 5000: 1}, {"\u0001": 1}, {"title": {}}, {"unknown": "x"},
                 {"人": "x"}, {"a.b": 1}, {"entry": 2**53 + 1}, {"entry": -2**63}, {"entry": 1.5}, {"consent": 2**62},
                 {f"k{i}": i for i in range(3000)}):
        if path.endswith(("/drop", "/sign-out")):
            continue  # take no input
        answer = place.asker.ask("POST", "/api/v1" + path, json.dumps(body).encode(), JSON)
        refused(place, answer, before, f"{path}, {str(body)[:80]}")


@pytest.mark.parametrize("path", POSTS)
def test_other_media(place, path):
    before = place.entries
    body = json.dumps(need()).encode()
    for media in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/octet-stream", "text/json",
                  "application/", "/", "application/jsonx", "application/json/x", "\u00e9"):
        answer = place.asker.ask("POST", "/api/v1" + path, body, {"Content-Type": media.encode("latin-1").decode("latin-1")})
        problem = refused(place, answer, before, f"{path}, {media}", (400, 403, 415, 422))
        assert problem is None or problem["status"] != 415 or "application/json" in answer.fields["accept"]


@pytest.mark.parametrize("path", POSTS)
def test_bad_forms(place, path):
    before = place.entries
    bodies = [b"title=%zz", b"title=%0", b"title=%00", b"title=%ff%fe", b"title=%ed%a0%80", b"=x", b"&".join(b"k%d=1" % i for i in range(300)),
              b"title=" + b"x" * 900000, b"x" * 200000 + b"=1", b"title=a&title=b", b"title=\x00", b"title=\xff", b"helper.0.member=member/1e9",
              b"helper.99999999999999999999.member=member/1", b"answers.%E6%B2%B3=x"]
    for body in bodies:
        if path.endswith(("/drop", "/sign", "/sign-out")):
            continue  # take no input: a form's further fields are left alone
        for prefix in ("", "/api/v1"):
            answer = place.asker.ask("POST", prefix + path, body, FORM)
            refused(place, answer, before, f"{prefix}{path}, {body[:40]}")


def test_too_long(place):
    before = place.entries
    for path in POSTS:
        body = json.dumps(need(text="长" * 500000), ensure_ascii=False).encode()
        answer = place.client("asker").ask("POST", "/api/v1" + path, body, JSON)
        assert answer.status in (403, 413), f"{path}: {answer}"
    refused(place, place.asker.send("/needs/new/submit", need(), key="k" * 201), before, "key", (400,))
    assert place.entries == before


def test_wrong_methods(place):
    before = place.entries
    known = {}
    for method, pattern, _ in ROUTES:
        known.setdefault(filled(pattern), set()).add(method)
    for path in sorted(known):
        for method in ("GET", "PUT", "DELETE", "PATCH", "POST", "TRACE", "CONNECT", "PROPFIND", "BREW", "get"):
            if method in known[path] or (method == "GET" and "POST" in known[path] and path.count("/") == 3):
                continue
            answer = place.client("asker").ask(method, path)
            # a page of a list stands at the address of some posts: 404 there
            assert answer.status in (400, 404, 405), f"{method} {path}: {answer}"
            if answer.status == 405:
                assert known[path] & set(answer.fields["allow"].replace(",", " ").split()), f"{method} {path}: {answer.fields}"
    assert place.entries == before


def test_bad_addresses(place):
    before = place.entries
    numbers = ["0", "-1", "+1", "1e3", "1.0", "9" * 20, "9223372036854775807", "9223372036854775808", "x", "%00", "%ff", "%2e%2e",
               "..%2f..", "1%20", "人", "a" * 5000, "1;2", "NULL", "'", "1'--"]
    for name in ("nobody", "asker", "secretary"):
        client = getattr(place, name)
        for number in numbers:
            number = urllib.parse.quote(number, safe="%;'+")
            for path in (f"/needs/{number}", f"/record/{number}", f"/needs/{number}/note", f"/{number}", f"/{number}/1", f"/first/{number}",
                         f"/needs/1/{number}"):
                for prefix in ("", "/api/v1"):
                    answer = client.ask("GET", prefix + path)
                    assert 400 <= answer.status < 500, f"{prefix}{path} as {name}: {answer}"
    assert place.entries == before


QUERIES = ["page=-1", "page=0", "page=x", "page=99999999999999999999", "before=-1", "before=x", "before=9223372036854775808", "sort=nope",
           "state=nope", "state=%00", "q=%00", "q=%ff", "q=" + "x" * 9000, "q=%22", "q=*", "q=a+AND+b", "q=NEAR(a+b)", "q=%E4%B8%AD", "q=-",
           "category=nope", "lead=member/0", "lead=member/99999999999999999999", "lang=xx", "size=huge", "theme=x", "=", "&&&", "a=%zz",
           "&".join(f"k{i}=1" for i in range(300)), "place=%27%3B--", "limit=-1", "from=x", "answer_by=x", "solved=%C3%A9"]


@pytest.mark.parametrize("path", GETS)
def test_bad_queries(place, path):
    for query in QUERIES:
        for prefix in ("", "/api/v1"):
            answer = place.asker.ask("GET", f"{prefix}{path}?{query}")
            assert answer.status < 500, f"{prefix}{path}?{query[:80]}: {answer}"


def test_bad_fields_name_themselves(place):
    """For each rule of a field: the status, the field in `errors`, the rule in `code`."""
    before = place.entries
    cases = [("title", "短"), ("title", "长" * 121), ("title", 7), ("title", None), ("text", ""), ("text", "x" * 20001), ("kind", "wish"),
             ("kind", ["help"]), ("category", "nope"), ("place", "member/99"), ("place", "need/1"), ("place", "member/1x"), ("place", 1),
             ("contact", "x" * 2000), ("answers", "x"), ("answers", {"nope": "x"}), ("asker", "p:0"), ("state", "closed"), ("returns", 3),
             ("lead", "member/2"), ("sign_by", "2030-01-01"), ("backers", 9), ("hidden", 1), ("id", 5)]
    for field, value in cases:
        body = need()
        body[field] = value
        problem = refused(place, place.asker.send("/needs/new/submit", body), before, f"{field}={value!r:.40}", (422,))
        assert any(field in json.dumps(each) for each in problem["errors"]), problem
    body = need(category="water")
    problem = refused(place, place.asker.send("/needs/new/submit", body), before, "a question without an answer", (422,))
    assert "answers" in json.dumps(problem["errors"])


def test_rows_name_their_place(place):
    before = place.entries
    for rows, where in (([{"member": "member/99"}], "helper.0.member"), ([{"member": "member/1"}, {"member": "x"}], "helper.1.member"),
                        ([{"member": "member/1", "surprise": 1}], "helper.0.surprise"), ([7], "helper.0"), ("x", "helper"),
                        ([{"member": "member/1"}] * 2, "helper"), ([{"row": 1, "member": "member/1"}], "helper.0")):
        carried = place.secretary.send("/needs/1/note", {"helper": rows})
        refused(place, carried, before, where, (422,))
        number = 2 if place.nobody.ask("GET", "/api/v1/needs/2").status == 200 else carry(place, "submitted")
        before = place.entries
        problem = refused(place, place.secretary.send(f"/needs/{number}/route", {"lead": "member/2", "helper": rows}), before, where, (409, 422))
        assert "/" + where.replace(".", "/") in json.dumps(problem.get("errors")), problem


def test_bytes_that_are_no_http(place):
    before = place.entries
    host = b"Host: 127.0.0.1\r\n"
    for data in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n" + host + b"\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n",
                 b"POST /needs/1/note HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n",
                 b"POST /needs/1/note HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                 b"POST /needs/1/note HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                 b"POST /needs/1/note HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                 b"GET / HTTP/1.1\r\n" + host + b"X: " + b"x" * 100000 + b"\r\n\r\n", b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\n" + host + b"\r\n",
                 b"GET / HTTP/1.1\r\n" + host + b"Cookie: session=" + b"\xff" * 43 + b"\r\nConnection: close\r\n\r\n"):
        got = raw(place.server.port, data, timeout=3)
        # 505 is what the standard has for a version that nobody speaks
        assert not re.match(rb"HTTP/1\.\d 5", got) or (b"HTTP/9.9" in data and b" 505 " in got), (data[:60], got[:200])
    assert place.entries == before
    assert place.nobody.get("/").status == 200
