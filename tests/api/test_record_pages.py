# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record as pages: walked to its first entry, by type, by number; what an entry set in words, and its path to the root."""
import re

import pytest

import region as regions


@pytest.fixture(scope="module")
def pages(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("record") / "region").start()
    regions.carry(region, "answered")
    yield region
    region.kill()


def html(region, path, status=200):
    return region.nobody.get(path, status, Accept="text/html", Accept_Language="en").body.decode()


def numbers(page):
    return [int(n) for n in re.findall(r'<td class="d"><a href="/record/(\d+)">', page)]


def walk(region, path):
    seen = []
    while path:
        page = html(region, path)
        seen += numbers(page)
        turn = re.search(r'href="(/record[^"]*)" rel="next"', page)
        path = turn and turn.group(1).replace("&amp;", "&")
    return seen


def test_one_can_walk_to_the_first_entry(pages):
    assert walk(pages, "/record") == list(range(pages.entries, 0, -1))


def test_only_entries_on_one_type(pages):
    on_needs = walk(pages, "/record?type=need")
    assert on_needs and on_needs == [n for n in walk(pages, "/record")
                                     if pages.nobody.read(f"/record/{n}").get("of", "").startswith("need/")]
    read = [row["n"] for row in pages.nobody.read("/record?type=need")["entries"]]
    assert read == on_needs[:len(read)]
    assert "no such type" in html(pages, "/record?type=nothing", 422)


def test_a_number_leads_to_its_entry_and_words_to_the_search(pages):
    words = "%E5%85%AC%E4%BA%A4"
    for given, found in (("3", "/record/3"), (words, f"/search?q={words}")):
        assert pages.nobody.get(f"/record?q={given}", 303).fields["location"] == found


def test_an_entry_says_what_it_set(pages):
    page = html(pages, f"/record/{max(walk(pages, '/record?type=need'))}")
    assert "What it changed" in page and re.search(r"<td>\s*Answered\s*</td>", page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_its_path_is_drawn_with_the_hashes_that_prove_it(pages, lang):
    regions.wait_for(lambda: pages.nobody.get("/log/checkpoint").body.split(b"\n")[1] == b"%d" % pages.entries)
    for number in (1, 2, 7, pages.entries):
        page = pages.nobody.get(f"/record/{number}", Accept="text/html", Accept_Language=lang).body.decode()
        listed = re.findall(r'<li><code class="hash">([^<]+)</code>', page)
        proof = [line for line in pages.nobody.get(f"/log/proof/{number}").body.decode().split("\n\n")[0].splitlines()[2:]
                 if not line.startswith(("extra", "index"))]
        assert listed == proof and len(listed) > 3
        drawing = page[page.index('<svg class="drawn"'):page.index("</svg>")]
        assert drawing.count('class="needed"') == len(listed) == drawing.count('class="way"')
        for text in listed:
            assert f">{text[:8]}<" in drawing
