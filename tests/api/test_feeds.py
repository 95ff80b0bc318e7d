# SPDX-License-Identifier: AGPL-3.0-or-later
"""Atom feeds: the rules of RFC 4287 by a strict reader of our own; paging neither repeats nor loses anything while acts arrive."""
import re
import urllib.parse
import xml.etree.ElementTree as etree

import pytest

import region as regions

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
# element: (least, most) of each child that RFC 4287, 4.1 names
FEED = {"id": (1, 1), "title": (1, 1), "updated": (1, 1), "author": (1, None), "link": (1, None), "entry": (0, None)}
ENTRY = {"id": (1, 1), "title": (1, 1), "updated": (1, 1), "published": (0, 1), "author": (0, None), "link": (1, None),
         "summary": (0, 1), "category": (0, None)}


def children(element, rules):
    found = {}
    for child in element:
        assert child.tag.startswith(ATOM), child.tag
        found.setdefault(child.tag.removeprefix(ATOM), []).append(child)
    assert set(found) <= set(rules), f"unknown: {set(found) - set(rules)}"
    for name, (least, most) in rules.items():
        n = len(found.get(name, []))
        assert n >= least and (most is None or n <= most), f"{name}: {n}"
    return found


def links(found):
    made = {}
    for link in found["link"]:
        relation = link.get("rel", "alternate")
        assert (relation, link.get("type"), link.get("hreflang")) not in made, "one alternate of a kind"
        assert IRI.fullmatch(link.get("href")), link.get("href")
        made[relation, link.get("type"), link.get("hreflang")] = link.get("href")
    return {relation: href for (relation, _, _), href in made.items()}


def check_person(element):
    assert [child.tag for child in element] == [ATOM + "name"] and element[0].text


def read(answer):
    """A feed taken apart: its links and its entries, by the rules."""
    assert answer.fields["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    root = etree.fromstring(answer.body)
    assert root.tag == ATOM + "feed"
    found = children(root, FEED)
    assert IRI.fullmatch(found["id"][0].text) and found["title"][0].text
    assert MOMENT.fullmatch(found["updated"][0].text)
    check_person(found["author"][0])
    made = links(found)
    assert "self" in made
    return made, [read_entry(entry) for entry in found.get("entry", [])], found["id"][0].text


def read_entry(element):
    found = children(element, ENTRY)
    assert IRI.fullmatch(found["id"][0].text)
    assert found["title"][0].text and not found["title"][0].get("type")
    for name in ("updated", "published"):
        assert MOMENT.fullmatch(found[name][0].text)
    for author in found.get("author", []):
        check_person(author)
    assert "alternate" in links(found)
    return found["id"][0].text, found["title"][0].text, found["updated"][0].text, found["category"][0].get("term")


def local(href):
    parts = urllib.parse.urlsplit(href)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.mark.parametrize("path", ["/needs.atom", "/members.atom", "/record.atom", "/needs/1.atom", "/bodies.atom", "/charter.atom"])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_feed_follows_the_rules(region, path, lang):
    regions.submit(region, title="书名号《a<b>&\"c\"》需求", text="含有 <script> 与 & 的说明文字，够长")
    answer = region.nobody.get(f"{path}?lang={lang}")
    made, entries, _ = read(answer)
    assert entries and b"<script" not in answer.body
    assert region.nobody.get(local(made["self"])).body == answer.body
    if "alternate" in made:
        assert region.nobody.get(local(made["alternate"])).status == 200


def test_names_do_not_change_with_language_address_or_page(region):
    regions.submit(region)
    client = region.nobody
    _, chinese, first = read(client.get("/needs.atom?lang=zh-CN"))
    _, english, second = read(client.get("/needs.atom?lang=en", Host="region.example"))
    assert [entry[0] for entry in chinese] == [entry[0] for entry in english] and first == second
    assert [entry[1] for entry in chinese] != [entry[1] for entry in english]
    _, everything, _ = read(client.get("/record.atom"))
    assert {entry[0] for entry in chinese} <= {entry[0] for entry in everything}


def test_pages_neither_repeat_nor_lose_while_acts_arrive(region):
    for i in range(60):
        regions.submit(region, title=f"分页需求 {i:03}")
    client, seen, path = region.nobody, [], "/needs.atom"
    everything = 60
    while path is not None:
        made, entries, _ = read(client.get(path))
        seen += [entry[0] for entry in entries]
        path = local(made["next"]) if "next" in made else None
        regions.submit(region, title=f"其间的需求 {len(seen):03}")
    assert len(seen) == len(set(seen)) == everything
    numbers = [int(name.rsplit(":", 1)[1]) for name in seen]
    assert numbers == sorted(numbers, reverse=True)


def test_what_is_hidden_is_not_in_a_feed(region):
    number = regions.submit(region, title="会被隐藏的需求标题")
    assert "会被隐藏的需求标题" in region.nobody.get("/needs.atom").body.decode()
    region.secretary.act(f"/needs/{number}/hide", reason="核实其中的个人信息")
    for path in ("/needs.atom", "/record.atom"):
        assert "会被隐藏的需求标题" not in region.nobody.get(path).body.decode()
    assert region.nobody.ask("GET", f"/needs/{number}.atom").status == 404


def test_a_feed_is_not_sent_twice(region):
    regions.submit(region)
    answer = region.nobody.get("/needs.atom")
    again = region.nobody.ask("GET", "/needs.atom", fields={"If-None-Match": answer.fields["etag"]})
    assert again.status == 304 and again.body == b""


def test_a_page_names_its_feed(region):
    number = regions.submit(region)
    for path in ("/needs", f"/needs/{number}", "/record"):
        page = region.nobody.get(path, Accept="text/html").body.decode()
        href = re.search(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', page).group(1)
        read(region.nobody.get(href.replace("&amp;", "&")))


@pytest.mark.parametrize("before", ["x", "-1", "0", "99999999999999999999"])
def test_a_page_that_is_none(region, before):
    assert region.nobody.ask("GET", f"/needs.atom?before={before}").status == 422
