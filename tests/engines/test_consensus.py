# SPDX-License-Identifier: AGPL-3.0-or-later
"""lianxi ground against the reference files, and what it promises of its own procedure."""
import csv
import json
import math
import pathlib
import random
import signal
import subprocess
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = TOP / "tests" / "fixtures" / "consensus"
CONVERSATIONS = [
    "15-per-hour-seattle", "american-assembly.bowling-green", "austria-climate.5twd2jsnkf.2022-08-08", "brexit-consensus",
    "canadian-electoral-reform", "football-concussions", "london.youth.policing", "scoop-hivemind.biodiversity",
    "vtaiwan.uberx",
]


def ground(lianxi, *words, **more):
    return json.loads(lianxi("ground", "--format", "json", *words, **more).stdout)


def close(ours, theirs, where):
    assert len(ours) == len(theirs), where
    for i, (a, b) in enumerate(zip(ours, theirs)):
        assert abs(a - b) <= 1e-6 * max(1, abs(b)), f"{where}[{i}]: {a} is not {b}"


def close_voices(ours, theirs, where):
    assert [v["tid"] for v in ours] == [v["tid"] for v in theirs], where
    for a, b in zip(ours, theirs):
        for key, value in b.items():
            if isinstance(value, float):
                assert abs(a[key] - value) <= 1e-6 * max(1, abs(value)), f"{where} {b['tid']} {key}"
            else:
                assert a[key] == value, f"{where} {b['tid']} {key}"
        assert ("best_agree" in a) == ("best_agree" in b), where


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_polis_mode_gives_the_reference(lianxi, shared, name):
    want = json.loads((shared / "reference" / "consensus" / f"{name}.json").read_text())
    have = ground(lianxi, shared / "data" / "polis" / name, "--mode", "polis", "--reruns", 0)
    for key in ("participants", "statements", "votes", "in_conv", "k", "group_sizes", "moderated_out", "meta", "tids",
                "participants_in_row_order", "in_conv_pids", "base_cluster"):
        assert have[key] == want[key], key
    assert have["labels"] == want["group"]
    assert have["silhouette"].keys() == want["silhouette"].keys()
    close(list(have["silhouette"].values()), list(want["silhouette"].values()), "silhouette")
    for key in ("statement_mean", "pc1", "pc2", "extremity", "priority", "gac_agree", "gac_disagree"):
        close(have[key], want[key], key)
    close(have["eigenvalues"], want["eigenvalues_top5"][:2], "eigenvalues")
    close(have["explained"], want["explained_top5"][:2], "explained")
    for axis in (0, 1):
        close([p[axis] for p in have["xy"]], [p[axis] for p in want["xy"]], "xy")
    for side in ("agree", "disagree"):
        close_voices(have["consensus"][side], want["consensus"][side], side)
    assert have["repness"].keys() == want["repness"].keys()
    for group in want["repness"]:
        close_voices(have["repness"][group], want["repness"][group], f"group {group}")
    kept = [j for j, tid in enumerate(have["tids"]) if tid not in have["moderated_out"]]
    top = sorted(kept, key=lambda j: -have["gac_agree"][j])[:10]
    close([have["gac_agree"][j] for j in top], [s["score"] for s in want["top10_group_aware_consensus"]], "top10")


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_plain_mode_finds_groups_as_tight_as_the_best_of_sixty_starts(lianxi, shared, name):
    want = json.loads((shared / "reference" / "consensus" / "robust-kmeans.json").read_text())["conversations"][name]
    have = ground(lianxi, shared / "data" / "polis" / name, "--reruns", 0)
    assert have["in_conv"] == want["in_conv"]
    for k, best in want["by_k"].items():
        assert have["inertia"][k] <= best["best_inertia"] * (1 + 1e-6), k
        again = ground(lianxi, shared / "data" / "polis" / name, "--reruns", 0, "--k", k)
        place = dict(zip(again["participants_in_row_order"], again["xy"]))
        members = {}
        for person, label in zip(again["in_conv_pids"], again["labels"]):
            members.setdefault(label, []).append(place[person])
        assert sorted(members) == list(range(int(k)))
        inertia = 0
        for points in members.values():
            centre = [sum(p[c] for p in points) / len(points) for c in (0, 1)]
            inertia += sum((p[0] - centre[0]) ** 2 + (p[1] - centre[1]) ** 2 for p in points)
        assert inertia == pytest.approx(have["inertia"][k], rel=1e-9)


LAKE = FIXTURES / "lake"
HEADS = {
    "votes.csv": "timestamp,datetime,comment-id,voter-id,vote",
    "comments.csv": "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body",
}


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def matrix(tmp_path, rows, name="matrix.csv"):
    return write_rows(tmp_path / name, rows)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_order_of_lines_and_the_threads_change_no_byte(lianxi, shared, tmp_path, name):
    folder = shared / "data" / "polis" / name
    log = folder / "votes.csv"
    source = log if log.exists() else folder / "participants-votes.csv"
    head, *rows = rows_of(source)
    rounds = 2 if len(rows) < 20000 else 1  # twenty in the test below
    want = lianxi("ground", "--format", "json", "--reruns", 1, source).stdout
    for i in range(rounds):
        mixed = list(rows)
        random.Random(i).shuffle(mixed)
        path = write_rows(tmp_path / source.name, [head, *mixed])
        assert lianxi("ground", "--format", "json", "--reruns", 1, "--threads", i + 1, path).stdout == want


def by_clang():
    """The command as clang built it, with sanitizers (make test builds it before these tests), or None."""
    path = TOP / "build" / "clang" / "cli" / "lianxi"
    newer = path.exists() and path.stat().st_mtime > (TOP / "engines" / "consensus" / "ground.c").stat().st_mtime
    return path if newer else None


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_twenty_orders_of_rows_change_no_byte(lianxi, shared, tmp_path, name):
    head, *rows = rows_of(shared / "data" / "polis" / name / "participants-votes.csv")
    other = by_clang()
    want = None
    for i in range(20):
        path = write_rows(tmp_path / "m.csv", [head, *rows])
        words = ("ground", "--format", "json", "--reruns", 1 if i == 0 else 0, "--threads", i % 3 + 1, path)
        have = lianxi(*words).stdout
        if other is not None and (i == 0 or len(rows) < 1000 or i % 5 == 0):
            done = subprocess.run([other, *map(str, words)], check=True, capture_output=True, text=True)
            assert done.stdout == have, "gcc and clang differ"
        if i == 1:
            want = have
        assert i == 0 or have == want
        random.Random(i).shuffle(rows)
    if other is None:
        pytest.skip("by gcc alone: build/clang holds no command as new as the engine")


@pytest.mark.parametrize("mode", ["plain", "polis"])
def test_persons_and_sizes_carry_their_figures(lianxi, shared, mode):
    have = ground(lianxi, shared / "data" / "polis" / "london.youth.policing", "--mode", mode, "--reruns", 4, "--k", 2)
    place = dict(zip(have["participants_in_row_order"], have["xy"]))
    points = [place[person] for person in have["in_conv_pids"]]

    def middle(some):
        return [sum(p[c] for p in some) / len(some) for c in (0, 1)]

    everybody = middle(points)
    own = [middle([p for p, g in zip(points, have["labels"]) if g == group]) for group in range(have["k"])]
    for i, (point, group) in enumerate(zip(points, have["labels"])):
        away = [own[group][c] - everybody[c] for c in (0, 1)]
        outward = sum((point[c] - everybody[c]) * away[c] for c in (0, 1)) / math.hypot(*away)
        assert have["distance_to_centre"][i] == pytest.approx(math.dist(point, everybody), abs=1e-9)
        assert have["distance_to_group"][i] == pytest.approx(math.dist(point, own[group]), abs=1e-9)
        assert have["outward"][i] == pytest.approx(outward, abs=1e-9)
    for size, (least, most), kept in zip(have["group_sizes"], have["group_sizes_between"], have["group_kept"]):
        assert 0 <= least <= most <= have["in_conv"] and 0 <= kept <= 1 and size <= have["in_conv"]
    assert have["explained_between"][0][0] <= have["explained_between"][0][1]
    for low, high, agree in zip(have["gac_agree_low"], have["gac_agree_high"], have["gac_agree"]):
        assert 0 <= low <= high <= 1 and low <= agree + 0.25


def test_files_are_written_back_as_polis_writes_them(lianxi, shared, tmp_path):
    for name in ("london.youth.policing", "brexit-consensus"):
        folder = shared / "data" / "polis" / name
        lianxi("ground", folder, "--write", tmp_path)
        assert (tmp_path / "votes.csv").read_bytes() == (folder / "votes.csv").read_bytes()
        for file in ("comments.csv", "participants-votes.csv"):
            assert rows_of(tmp_path / file)[0] == rows_of(folder / file)[0]
        assert ground(lianxi, folder) == ground(lianxi, tmp_path)


def test_a_discussion_of_ours_goes_through_all_faces(lianxi, tmp_path):
    first = ground(lianxi, LAKE)
    assert first["participants"] == 69 and first["moderated_out"] == [11]
    assert {voice["kind"] for voice in first["voices"]} == {"government", "organisation"}
    assert 11 not in [s["tid"] for s in first["common_ground"] + first["short_list"]]
    lianxi("ground", LAKE, "--write", tmp_path, "--svg", tmp_path / "map.svg", lang="zh")
    assert ground(lianxi, tmp_path) == first
    assert rows_of(tmp_path / "votes.csv")[0] == HEADS["votes.csv"].split(",")
    assert rows_of(tmp_path / "comments.csv")[0] == HEADS["comments.csv"].split(",")
    drawing = (tmp_path / "map.svg").read_text()
    assert drawing.startswith("<svg") and 'role="img"' in drawing and "方向没有含义" in drawing
    text = lianxi("ground", LAKE, lang="zh").stdout
    assert "组织和政府" in text and "看病报销不应因为过了省界多跑一趟" in text
    table = list(csv.DictReader(lianxi("ground", LAKE, "--format", "csv").stdout.splitlines()))
    assert len(table) >= 13 and int(table[0]["all-agree"]) == first["counts"][0]["all"]["agree"]


def test_counts_are_those_of_the_files(lianxi):
    have = ground(lianxi, LAKE, "--kind", "citizen")
    head, *rows = rows_of(LAKE / "participants-votes.csv")
    citizens = [row for row in rows if row[head.index("kind")] == "citizen"]
    for line in have["counts"]:
        cells = [row[head.index(str(line["tid"]))] for row in citizens]
        assert [line["all"][key] for key in ("agree", "pass", "disagree")] == [cells.count(c) for c in ("1", "0", "-1")]


def test_kinds_are_never_mixed(lianxi):
    citizens, governments = ground(lianxi, LAKE), ground(lianxi, LAKE, "--kind", "government")
    assert governments["participants"] == 2 and governments["k"] == 1
    assert sum(line["government"]["agree"] for line in citizens["counts"]) == sum(
        line["all"]["agree"] for line in governments["counts"])
    assert not set(citizens["participants_in_row_order"]) & set(governments["participants_in_row_order"])


def test_common_ground_has_enough_votes_in_every_group(lianxi, shared):
    z = 1.2816
    have = ground(lianxi, shared / "data" / "polis" / "american-assembly.bowling-green")
    counts = {line["tid"]: line["groups"] for line in have["counts"]}
    listed = [s["tid"] for s in have["common_ground"]]
    assert listed
    for tid, groups in counts.items():
        low = []
        for g in groups:
            n = g["agree"] + g["disagree"] + g["pass"]
            p = g["agree"] / n if n else 0
            root = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) if n else 0
            low.append((p + z * z / (2 * n) - root) / (1 + z * z / n) if n >= 10 else 0)
        good = min(low) > 0.5 and tid not in have["moderated_out"]
        assert (tid in listed) == good, tid
    scores = [math.prod((g["agree"] + 1) / (g["agree"] + g["disagree"] + g["pass"] + 2) for g in counts[tid])
              ** (1 / have["k"]) for tid in listed]
    assert scores == sorted(scores, reverse=True)
    close([s["score"] for s in have["common_ground"]], scores, "score")


def test_someone_without_votes_changes_nothing(lianxi, tmp_path):
    rows = [["participant", *range(9)]] + [[i, *((-1) ** (i * j // 3) for j in range(9))] for i in range(30)]
    one = lianxi("ground", "--format", "json", matrix(tmp_path, rows)).stdout
    rows.insert(4, [99] + [""] * 9)
    assert lianxi("ground", "--format", "json", matrix(tmp_path, rows)).stdout == one


def test_permuted_people_get_permuted_places(lianxi, shared, tmp_path):
    head, *rows = rows_of(shared / "data" / "polis" / "scoop-hivemind.biodiversity" / "participants-votes.csv")
    before = ground(lianxi, matrix(tmp_path, [head, *rows]), "--reruns", 0)
    renamed = [[str(100000 - int(row[0])), *row[1:]] for row in rows]
    after = ground(lianxi, matrix(tmp_path, [head, *renamed]), "--reruns", 0)
    assert before["group_sizes"] == after["group_sizes"]
    labels = dict(zip(after["in_conv_pids"], after["labels"]))
    assert [labels[100000 - pid] for pid in before["in_conv_pids"]] == before["labels"]


def test_bom_crlf_quotes_and_line_breaks(lianxi, tmp_path):
    plain = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,1,2\n1,,0,2,1,1,1,-1\n2,,0,1,1,0,1,\n"
    odd = "\ufeff" + plain.replace("\n", "\r\n").replace("1,,0,2", '"1","",0,"2"')
    (tmp_path / "a.csv").write_text(plain)
    (tmp_path / "b.csv").write_bytes(odd.encode())
    comments = tmp_path / "comments.csv"
    comments.write_text('timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n'
                        '1,x,1,0,2,0,1,"a, ""quoted""\nline"\n')
    want = lianxi("ground", "--format", "csv", tmp_path / "a.csv", comments).stdout
    assert lianxi("ground", "--format", "csv", tmp_path / "b.csv", comments).stdout == want
    assert 'a, ""quoted""\nline' in want


@pytest.mark.parametrize("text, says", [
    ("participant,1,2\n1,1,2\n", "line 2, column 5"),
    ("participant,1,2\n1,1\n", "line 2"),
    ("participant,1,1\n1,1,1\n", "line 1, column 15"),
    ("participant,1,x\n1,1,1\n", "line 1, column 15"),
    ("participant,1\n1,1\n1,0\n", "line 3, column 1"),
    ("participant,1\nbob,1\n", "line 2, column 1"),
    ("participant,kind,1\n1,king,1\n", "line 2, column 3"),
    ("timestamp,datetime,comment-id,vote\n1,x,1,1\n", "voter-id"),
    ("timestamp,datetime,comment-id,voter-id,vote\n1,x,1,1,1\n2,x,1,1,3\n", "line 3, column 9"),
    ("timestamp,datetime,comment-id,voter-id,vote\n1,x,1,1,1,5\n", "line 2"),
    ('participant,1\n1,"1\n', "line 2, column 3"),
    ("a,b\n1,2\n", "line 1"),
    ("", "line 1"),
])
def test_what_is_wrong_with_a_file_is_said_with_its_place(lianxi, tmp_path, text, says):
    path = tmp_path / "wrong.csv"
    path.write_text(text)
    for lang in ("en", "zh"):
        told = lianxi("ground", path, code=2, lang=lang).stderr
        assert "wrong.csv" in told
        if lang == "en" or not says.startswith("line"):
            assert says in told


def test_a_missing_file_and_an_empty_folder_are_said(lianxi, tmp_path):
    assert "nowhere" in lianxi("ground", tmp_path / "nowhere.csv", code=2).stderr
    assert "votes.csv" in lianxi("ground", tmp_path, code=2).stderr


@pytest.mark.parametrize("rows", [
    [[1, 1]], [[i, 1] for i in range(30)], [[i, 0] for i in range(30)], [[i, 1, 1, 1, 1, 1, 1, 1, 1] for i in range(30)],
    [[1] + [1] * 40], [[i] + [""] * i + [1] + [""] * (29 - i) for i in range(30)],
])
@pytest.mark.parametrize("mode", ["plain", "polis"])
def test_discussions_with_nothing_to_divide(lianxi, tmp_path, rows, mode):
    path = matrix(tmp_path, [["participant", *range(len(rows[0]) - 1)], *rows])
    have = ground(lianxi, path, "--mode", mode)
    assert have["k"] == 1 and have["axes_determined"] is False and have["group_sizes"] == [have["in_conv"]]
    lianxi("ground", path, "--mode", mode, "--svg", tmp_path / "m.svg")


def test_an_interrupted_run_stops_and_writes_nothing(lianxi, shared, tmp_path):
    drawing = tmp_path / "map.svg"
    run = subprocess.Popen([lianxi.path, "ground", shared / "data" / "polis" / "american-assembly.bowling-green", "--reruns", "1000",
                            "--svg", drawing], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)
    assert run.returncode == 3 and out == b"" and err and not drawing.exists()


def test_next_statement_can_be_repeated_and_is_not_one_voted_on(lianxi):
    head, *rows = rows_of(LAKE / "participants-votes.csv")
    mine = next(row for row in rows if row[0] == "5")
    voted = {head[i] for i in range(7, len(head)) if mine[i] != ""}
    seen = set()
    for i in range(12):
        say = lianxi("ground", LAKE, "--next", 5, "--round", i, "--key", 3, "--reruns", 0).stdout
        assert say == lianxi("ground", LAKE, "--next", 5, "--round", i, "--key", 3, "--reruns", 0).stdout
        seen.add(say.split()[1])
    assert seen and not seen & voted and "11" not in seen
