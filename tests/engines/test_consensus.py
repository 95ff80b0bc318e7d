# SPDX-License-Identifier: AGPL-3.0-or-later
"""lianxi ground against the reference files, and what it promises of its own procedure."""
import csv
import json
import math
import pathlib
import random

import pytest

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "consensus"
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
