# SPDX-License-Identifier: AGPL-3.0-or-later
"""lianxi similar, from outside: the labelled pairs, files good and bad, answers that explain themselves."""
import csv
import json
import pathlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


def write(path, rows, head=("id", "text")):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(head)
        out.writerows(rows)
    return path


@pytest.fixture(scope="module")
def pairs():
    with open(FIXTURES / "similar" / "pairs.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def texts(pairs):
    """All texts of the labelled set, each once."""
    return list(dict.fromkeys(text for pair in pairs for text in (pair["first"], pair["second"])))


@pytest.fixture(scope="module")
def labelled(lianxi, texts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("similar")
    index = folder / "labelled.idx"
    lianxi("similar", "build", index, write(folder / "labelled.csv", enumerate(texts, 1)))
    return index


def ask(lianxi, index, text, *options):
    return json.loads(lianxi("similar", "query", index, "--format", "json", *options, "--", text).stdout)


def test_the_labelled_set_keeps_its_rule(pairs):
    """300 pairs, half and half; what is not similar shares a word or two characters in a row."""
    assert len(pairs) == 300
    for language in ("zh", "en"):
        for similar in "01":
            assert sum(p["language"] == language and p["similar"] == similar for p in pairs) == 75
    for pair in pairs:
        if pair["similar"] == "1":
            continue
        first, second = pair["first"].lower(), pair["second"].lower()
        if pair["language"] == "en":
            words = [{word.rstrip("s") for word in text.replace(",", "").split()} for text in (first, second)]
            assert words[0] & words[1], pair
        else:
            assert any(first[i:i + 2] in second for i in range(len(first) - 1)), pair


def test_similar_pairs_are_among_the_best_five(lianxi, labelled, pairs, texts):
    """recall@5 as the README of the set defines it; what was measured is in docs/engines/similar.md."""
    hits = 0
    similar = [pair for pair in pairs if pair["similar"] == "1"]
    for pair in similar:
        found = [hit["text"] for hit in ask(lianxi, labelled, pair["first"], "--most", "6")]
        hits += pair["second"] in [text for text in found if text != pair["first"]][:5]
    assert hits / len(similar) >= 0.95


def test_every_text_finds_itself_as_a_twin(lianxi, labelled, texts):
    for text in random.Random(5).sample(texts, 60):
        best = ask(lianxi, labelled, text)
        assert [hit for hit in best if hit["text"] == text][0]["twin"]
        assert best[0]["score"] >= best[-1]["score"]


def test_scores_are_the_sums_of_their_terms(lianxi, labelled, texts):
    for text in random.Random(6).sample(texts, 40):
        for hit in ask(lianxi, labelled, text):
            assert hit["terms"]
            assert abs(sum(term["part"] for term in hit["terms"]) - hit["score"]) < 1e-9


@pytest.mark.parametrize("typed, meant", [
    ("長三角壹卡通何時通用", "长三角壹卡通何时通用"),
    ("長三角一卡通何時通用", "长三角壹卡通何时通用"),
    ("１１号线花桥站太挤", "11号线花桥站早高峰人太多，请加开列车"),
    ("librery card", "Library cards should be valid in every city"),
    ("BUSES AT NIGHT", "Please run the night buses until later"),
    ("pedestrain crosing", "No pedestrian crossing in front of the primary school"),
])
def test_variants_and_typos_hide_nothing(lianxi, labelled, typed, meant):
    assert meant in [hit["text"] for hit in ask(lianxi, labelled, typed)]


@pytest.mark.parametrize("text", ["", "车", "a", "😀", "？！", "的 the ー", "中" * 20000, "word " * 5000])
def test_odd_queries_behave(lianxi, labelled, text):
    for hit in ask(lianxi, labelled, text):
        assert hit["score"] > 0


def test_add_changes_and_order_does_not_matter(lianxi, texts, tmp_path):
    rows = [[f"N-{i}", text, f"区{i % 5}"] for i, text in enumerate(texts)]
    head = ("id", "text", "district")
    whole, parts = tmp_path / "whole.idx", tmp_path / "parts.idx"
    lianxi("similar", "build", whole, write(tmp_path / "whole.csv", rows, head))
    random.Random(1).shuffle(rows)
    wrong = [[row[0], "something else", ""] for row in rows[:50]]
    lianxi("similar", "build", parts, write(tmp_path / "first.csv", wrong, head))
    said = lianxi("similar", "add", parts, write(tmp_path / "second.csv", rows, head)).stdout
    assert str(len(rows)) in said
    assert whole.read_bytes() == parts.read_bytes()
    best = ask(lianxi, parts, texts[3])
    assert best[0]["id"] == "N-3" and best[0]["row"] == {"district": "区3"}


def test_category_and_place_weigh(lianxi, tmp_path):
    rows = [[1, "路灯坏了没人修", "lights", "31.2", "121.4"], [2, "路灯坏了没人修", "roads", "31.2", "121.4"],
            [3, "路灯坏了没人修", "lights", "30.2", "120.2"], [4, "别的事情", "", "", ""]]
    index = tmp_path / "i"
    lianxi("similar", "build", index, write(tmp_path / "c.csv", rows, ("id", "text", "category", "latitude", "longitude")))
    plain = ask(lianxi, index, "路灯坏了")
    assert [hit["id"] for hit in plain] == ["1", "2", "3"] and plain[0]["score"] == plain[2]["score"]
    weighed = ask(lianxi, index, "路灯坏了", "--category", "lights", "--place", "31.2,121.4")
    assert [hit["id"] for hit in weighed] == ["1", "2", "3"]
    assert weighed[1]["same"] == 0.5 and 0.1 < weighed[2]["near"] < 0.2 and weighed[0]["near"] == 1


def test_twins_and_topics(lianxi, tmp_path):
    rows = [[1, "长三角一卡通何时通用"], [2, "請修路燈"], [3, "請修路灯！"], [4, "長三角壹卡通，何時通用"], [5, "Night bus"]]
    index = tmp_path / "i"
    lianxi("similar", "build", index, write(tmp_path / "c.csv", rows))
    groups = json.loads(lianxi("similar", "twins", index, "--format", "json").stdout)
    assert [group["ids"] for group in groups] == [["1", "4"], ["2", "3"]]
    topics = json.loads(lianxi("similar", "cluster", index, "--format", "json").stdout)
    assert sorted(topic["ids"] for topic in topics) == [["1", "4"], ["2", "3"]]
    assert all(topic["terms"] for topic in topics)
    assert "长三角一卡通" in lianxi("similar", "twins", index, lang="zh").stdout


@pytest.mark.parametrize("content, place, says", [
    ("id,txt\n1,a\n", "line 1, column 1", "text"),
    ("id,text,id\n", "line 1, column 9", "twice"),
    ("id,text\n1,a\n2\n", "line 3, column 1", "2 fields"),
    ("id,text\n1,\"a\n", "line 2, column 3", "quoted"),
    ("id,text\n1,a\n,b\n", "line 3, column 1", "empty"),
    ("id,text\n7,a\n8,b\n7,c\n", "line 4, column 1", "twice"),
    ("id,text,latitude,longitude\n1,a,91,0\n", "line 2, column 5", "degrees"),
    ("", "line 1, column 1", "id"),
])
def test_bad_files_are_refused_with_their_place(lianxi, tmp_path, content, place, says):
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    error = lianxi("similar", "build", tmp_path / "i", path, code=2).stderr
    assert place in error and says in error and "bad.csv" in error
    assert not (tmp_path / "i").exists()


def test_bytes_that_are_not_utf8_are_refused(lianxi, tmp_path):
    (tmp_path / "bad.csv").write_bytes("id,text\n1,好\n2,".encode() + b"\xb0\xa1\n")
    assert "line 3, column 3" in lianxi("similar", "build", tmp_path / "i", tmp_path / "bad.csv", code=2).stderr


def test_damaged_indexes_are_refused(lianxi, labelled, tmp_path):
    sound = labelled.read_bytes()
    rng = random.Random(2)
    for _ in range(40):
        damaged = bytearray(sound)
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        (tmp_path / "d").write_bytes(damaged)
        assert lianxi("similar", "query", tmp_path / "d", "bus", code=None).returncode in (2, 3)
    (tmp_path / "d").write_bytes(sound[:-1])
    lianxi("similar", "query", tmp_path / "d", "bus", code=2)
    (tmp_path / "d").write_bytes(b"")
    lianxi("similar", "query", tmp_path / "d", "bus", code=2)
    lianxi("similar", "query", tmp_path / "nowhere", "bus", code=2)


def test_wrong_words_are_refused(lianxi):
    assert "build add" in lianxi("similar", "make", code=2).stderr
    assert "TEXT" in lianxi("similar", "query", "i", code=2).stderr
    lianxi("similar", "cluster", "i", "more", code=2)
    lianxi("similar", code=2)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_csv_is_read_or_refused(lianxi, tmp_path, content):
    (tmp_path / "any.csv").write_bytes(b"id,text\n" + content)
    done = lianxi("similar", "build", tmp_path / "any.idx", tmp_path / "any.csv", code=None)
    assert done.returncode in (0, 2)
    assert done.returncode == 0 or done.stderr.startswith("lianxi: ")
