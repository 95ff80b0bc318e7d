# SPDX-License-Identifier: AGPL-3.0-or-later
"""lianxi tally against the reference outcomes, and against a slow implementation in fractions."""
import json
import math
import random
import sys
from fractions import Fraction
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import tally_slow as slow  # noqa: E402


def references(shared):
    for path in sorted((shared / "reference" / "tally").glob("*.json")):
        if path.name not in ("index.json", "effective_support.json"):
            yield json.loads(path.read_text())


def tally(lianxi, path, *words):
    return json.loads(lianxi("tally", path, "--format", "json", *words).stdout)


def check_outcomes(lianxi, shared, rules, most_seconds=None):
    checked = 0
    for reference in references(shared):
        path = shared / "data" / "pabulib" / reference["file"]
        for name, found in reference["outcomes"].items():
            rule, _, utility = name.partition(":")
            if rule not in rules:
                continue
            best = found.get("second_implementation") or found["pabutools"]
            if most_seconds and best["seconds"] > most_seconds:
                continue
            words = ["--rule", rule.split("_")[0]] + (["--utility", utility] if utility else [])
            if "_" in rule:
                words += ["--completion", rule.split("_")[1]]
            ours = tally(lianxi, path, *words)
            assert ours["winners"] == best["winners"], (reference["file"], name)
            assert Fraction(ours["total_cost"]) == Fraction(best["total_cost"])
            if rule.startswith("mes"):
                assert ours["iterations"] == best["iterations"], (reference["file"], name)
            told = found.get("pabutools", {}).get("ties")
            if told is not None and "_" not in rule:
                assert [sorted(tie) for tie in ours["ties"]] == [sorted(tie) for tie in told]
            checked += 1
    return checked


def test_greedy_outcomes(lianxi, shared):
    assert check_outcomes(lianxi, shared, {"greedy"}) >= 128


def test_equal_shares_outcomes_and_ties(lianxi, shared):
    assert check_outcomes(lianxi, shared, {"mes"}) >= 128


def test_phragmen_outcomes_and_ties(lianxi, shared):
    assert check_outcomes(lianxi, shared, {"phragmen"}) >= 52


def test_add1_outcomes(lianxi, shared):
    assert check_outcomes(lianxi, shared, {"mes_add1", "mes_add1x"}, most_seconds=0.2) >= 130


@pytest.mark.long
def test_all_add1_outcomes(lianxi, shared):
    assert check_outcomes(lianxi, shared, {"mes_add1", "mes_add1x"}) >= 152


def test_budget_increase_is_add1(lianxi, shared):
    checked = 0
    for reference in references(shared):
        told = reference["outcomes"].get("ebi:cost", {}).get("pabutools", {})
        if "winners" in told:
            ours = tally(lianxi, shared / "data" / "pabulib" / reference["file"], "--completion", "add1")
            assert ours["winners"] == told["winners"], reference["file"]
            checked += 1
    assert checked >= 15


def test_greedy_completion(lianxi, shared):
    checked = 0
    for reference in references(shared):
        path = shared / "data" / "pabulib" / reference["file"]
        for name, found in reference["outcomes"].items():
            rule, _, utility = name.partition(":")
            told = found.get("pabutools", {}).get("greedy_completion")
            if rule != "mes" or told is None:
                continue
            ours = tally(lianxi, path, "--utility", utility, "--completion", "greedy")
            assert ours["winners"] == told["winners"], (reference["file"], name)
            checked += 1
    assert checked > 50


def test_what_assen_and_wieliczka_decided(lianxi, shared):
    for name, completion in (("Netherlands_Assen_2024.pb", "add1"), ("Poland_Wieliczka_2023_Green_Budget.pb", "add1x,comparison")):
        reference = json.loads((shared / "reference" / "tally" / name.replace(".pb", ".json")).read_text())
        selected = {p for p, value in reference["selected_column"] if value == 1}
        ours = tally(lianxi, shared / "data" / "pabulib" / name, "--completion", completion)
        assert set(ours["winners"]) == selected, name


def random_election(rng):
    """Small, with many equal costs and ballots, so that ties and exact hits are common."""
    m, n = rng.randint(1, 7), rng.randint(1, 9)
    projects = [f"p{i}" for i in range(m)]
    costs = rng.choice([[1, 2, 3], [10, 20, 30, 45], [7, 11, 13], [Fraction(5, 2), Fraction(1, 4), 3], list(range(1, 40))])
    cost = {p: Fraction(rng.choice(costs)) for p in projects}
    budget = Fraction(rng.choice([sum(cost.values()) / 2, max(cost.values()), rng.randint(1, 60), sum(cost.values())]))
    budget = max(Fraction(int(budget * 4), 4), Fraction(1, 4))
    kind = rng.choice(["approval", "approval", "cumulative", "ordinal"])
    ballots = [rng.sample(projects, rng.randint(0, m)) for _ in range(n)]
    points = [[rng.choice([0, 1, 1, 2, 3, 5]) for _ in b] for b in ballots] if kind == "cumulative" else None
    return slow.Election(budget, cost, ballots, kind, points)


def utilities(election):
    return {"approval": ["cost", "card"], "cumulative": ["cost", "cardinal"], "ordinal": ["borda", "positional"]}[election.kind]


@pytest.mark.parametrize("seed", range(6))
def test_random_elections_agree_with_fractions(lianxi, tmp_path, seed):
    rng = random.Random(seed)
    elections = [random_election(rng) for _ in range(60)]
    for i, election in enumerate(elections):
        (tmp_path / f"{i:03}.pb").write_text(election.pb())
    results = {}
    for utility in ("cost", "card", "cardinal", "borda", "positional"):
        some = [i for i, e in enumerate(elections) if utility in utilities(e)]
        paths = [tmp_path / f"{i:03}.pb" for i in some]
        for rule, words in (("mes", []), ("greedy", []), ("add1", ["--completion", "add1"]), ("add1x", ["--completion", "add1x"])):
            out = lianxi("tally", *paths, "--format", "json", "--utility", utility, "--rule", "greedy" if rule == "greedy" else "mes", *words)
            for i, line in zip(some, out.stdout.splitlines()):
                results[i, utility, rule] = json.loads(line)
    for i, line in enumerate(lianxi("tally", tmp_path, "--format", "json", "--rule", "phragmen").stdout.splitlines()):
        assert json.loads(line)["winners"] == slow.phragmen(elections[i]), (seed, i)
    for (i, utility, rule), ours in results.items():
        election = elections[i]
        if rule == "greedy":
            assert ours["winners"] == slow.greedy(election, utility), (seed, i, utility)
        elif rule == "mes":
            winners, ties, _ = slow.mes(election, utility, election.budget / len(election.ballots))
            assert (ours["winners"], ours["ties"]) == (winners, ties), (seed, i, utility)
        else:
            winners, steps = slow.add1(election, utility, rule == "add1", most=400)
            if winners is not None:
                assert (ours["winners"], ours["steps"]) == (winners, steps), (seed, i, utility, rule)


def test_jumps_equal_unit_steps(lianxi, shared):
    """Twenty shared files, every step worked out and not."""
    checked = 0
    for reference in references(shared):
        best = reference["outcomes"].get("mes_add1x:cost", {}).get("second_implementation")
        if best is None or not 2 <= best["iterations"] <= 6000 or best["seconds"] > 0.5:
            continue
        path = shared / "data" / "pabulib" / reference["file"]
        jumped = tally(lianxi, path, "--completion", "add1x")
        walked = tally(lianxi, path, "--completion", "add1x", "--unit-steps")
        for key in ("winners", "steps", "iterations", "total_cost", "ties"):
            assert jumped[key] == walked[key], (reference["file"], key)
        assert walked["runs"] == walked["iterations"]
        checked += 1
        if checked == 24:
            break
    assert checked >= 20


@pytest.mark.long
def test_jumps_equal_unit_steps_everywhere(lianxi, shared):
    for reference in references(shared):
        path = shared / "data" / "pabulib" / reference["file"]
        jumped = tally(lianxi, path, "--completion", "add1x")
        walked = json.loads(lianxi("tally", path, "--format", "json", "--completion", "add1x", "--unit-steps", timeout=900).stdout)
        for key in ("winners", "steps", "iterations", "total_cost", "ties"):
            assert jumped[key] == walked[key], (reference["file"], key)


def test_unanimous_project_that_costs_the_budget_wins(lianxi, tmp_path):
    for n in (3, 7, 49, 61, 107):
        election = slow.Election(100, {"a": 100, "b": 60}, [["a"]] * n)
        (tmp_path / "e.pb").write_text(election.pb())
        assert tally(lianxi, tmp_path / "e.pb")["winners"] == ["a"]


def test_order_of_rows_changes_nothing(lianxi, tmp_path):
    rng = random.Random(5)
    for _ in range(20):
        election = random_election(rng)
        (tmp_path / "a.pb").write_text(election.pb())
        order = list(range(len(election.ballots)))
        rng.shuffle(order)
        election.ballots = [election.ballots[i] for i in order]
        election.points = election.points and [election.points[i] for i in order]
        election.cost = dict(sorted(election.cost.items(), reverse=True))
        (tmp_path / "b.pb").write_text(election.pb())
        for rule in ("mes", "greedy", "phragmen"):
            a, b = (tally(lianxi, tmp_path / name, "--rule", rule, "--utility", "cost") for name in ("a.pb", "b.pb"))
            assert (a["winners"], a["ties"]) == (b["winners"], b["ties"])


def test_names_change_nothing_where_nothing_is_tied(lianxi, tmp_path):
    rng, checked, renamed = random.Random(29), 0, []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    for i, election in enumerate(random_election(rng) for _ in range(80)):
        (tmp_path / "a" / f"{i:03}.pb").write_text(election.pb())
        names = {p: f"x{i}" for i, p in enumerate(rng.sample(list(election.cost), len(election.cost)))}
        election.cost = {names[p]: c for p, c in rng.sample(list(election.cost.items()), len(election.cost))}
        election.ballots = [[names[p] for p in b] for b in election.ballots]
        (tmp_path / "b" / f"{i:03}.pb").write_text(election.pb())
        renamed.append(names)
    for rule in ("mes", "phragmen", "bos", "ees", "maximin"):
        one, two = ([json.loads(line) for line in lianxi("tally", tmp_path / folder, "--format", "json", "--rule", rule).stdout.splitlines()] for folder in "ab")
        for names, a, b in zip(renamed, one, two):
            if not a["ties"]:
                assert [names[p] for p in a["winners"]] == b["winners"], rule
                checked += 1
    assert checked > 100


def test_import_export_import_is_a_fixed_point(lianxi, shared, tmp_path):
    for path in sorted((shared / "data" / "pabulib").glob("*.pb"))[::4]:
        first, second = tmp_path / "first.pb", tmp_path / "second.pb"
        a = tally(lianxi, path, "--write", first)
        b = tally(lianxi, first, "--write", second)
        assert first.read_bytes() == second.read_bytes()
        assert (a["winners"], a["voters"]) == (b["winners"], b["voters"])
        original = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        if '"' not in original:
            assert first.read_text(encoding="utf-8").split() == original.split()


BAD = [
    ("budget;10", "budget;ten", "budget", "tally"),
    ("b;3;0", "a;3;0", "line 11, column 1", "twice"),
    ("b;3;0", "b;-3;0", "line 11, column 3", "amount above 0"),
    ("0;a,b", "0;a,zz", "line 14, column 5", "not in the list"),
    ("0;a,b", "0;a,b;x", "line 14", "another number of fields"),
    ("0;a,b", '0;"a,b', "line 14, column 3", "quoted"),
    ("num_votes;2", "num_votes;3", "line 4", "3 votes"),
    ("num_projects;2", "num_projects;5", "num_projects", "5 projects"),
    ("vote_type;approval", "vote_type;guess", "vote_type", "guess"),
    ("VOTES", "VOICES", "line", ""),
    ("PROJECTS", "", "line", ""),
    ("voter_id;vote", "voter_id;voice", "line 13", "vote"),
]


@pytest.mark.parametrize("good,bad,place,says", BAD)
def test_malformed_files_are_refused_with_their_place(lianxi, tmp_path, good, bad, place, says):
    text = slow.Election(10, {"a": 5, "b": 3}, [["a", "b"], ["a"]]).pb()
    assert good in text
    (tmp_path / "bad.pb").write_text(text.replace(good, bad, 1))
    done = lianxi("tally", tmp_path / "bad.pb", code=2)
    assert place in done.stderr, done.stderr
    if says != "tally":
        assert says in done.stderr, done.stderr


def test_a_project_named_twice_counts_once(lianxi, tmp_path):
    text = slow.Election(10, {"a": 5, "b": 3}, [["a", "b"], ["a"]]).pb().replace("0;a,b", "0;a,b,a")
    (tmp_path / "e.pb").write_text(text)
    once = tally(lianxi, tmp_path / "e.pb")
    assert once["notices"] == 1
    assert once["winners"] == ["a"]  # and not also b: its supporter has 2.5 left


def test_effective_support_and_lost_money(lianxi, shared):
    every = json.loads((shared / "reference" / "tally" / "effective_support.json").read_text())
    checked = 0
    for one in every:
        path = shared / "data" / "pabulib" / one["file"]
        if not path.exists():
            continue
        ours = tally(lianxi, path, "--completion", "add1x", "--explain")
        assert ours["steps"] == one["endowment_steps"]
        assert ours["winners"] == one["winners"]
        assert ours["effective_support"] == one["effective_support"]
        lost = {it["project"]: it for it in one["project_loss"]}
        for loser in ours["losers"]:
            # pabutools stops following a project when it is discarded: later winners are not in its list
            for project, amount in lost[loser["project"]]["budget_lost"].items():
                assert loser["supporters_paid"].get(project, 0) == pytest.approx(float(Fraction(amount)), rel=1e-9)
        checked += 1
    assert checked >= 2


def test_effective_support_agrees_with_fractions(lianxi, tmp_path):
    rng = random.Random(11)
    for i in range(40):
        election = random_election(rng)
        (tmp_path / "e.pb").write_text(election.pb())
        utility = utilities(election)[-1]
        ours = tally(lianxi, tmp_path / "e.pb", "--utility", utility, "--explain")
        share = election.budget / len(election.ballots)
        for p in election.cost:
            if any(p in row for row in election.use(utility)):
                expected = slow.effective_support(election, utility, share, p)
                assert ours["effective_support"][p] == (max(expected, 100) if p in ours["winners"] else expected), (i, p)


def wins(lianxi, path, election, project, words):
    path.write_text(election.pb())
    return project in tally(lianxi, path, *words)["winners"]


@pytest.mark.parametrize("words", [["--rule", "mes"], ["--rule", "mes", "--completion", "add1x"], ["--rule", "greedy"],
                                   ["--rule", "mes", "--utility", "card", "--completion", "greedy"], ["--rule", "phragmen"], ["--rule", "bos"],
                                   ["--rule", "maximin"], ["--rule", "ees"], ["--rule", "ees", "--completion", "add-opt"]])
def test_the_cut_and_the_votes_make_losers_win_and_one_unit_less_does_not(lianxi, tmp_path, words):
    rng = random.Random(3)
    path, cuts, votes = tmp_path / "e.pb", 0, 0
    while cuts < 12 or votes < 12:
        election = random_election(rng)
        if election.kind != "approval" or any(c.denominator != 1 for c in [*election.cost.values(), election.budget]):
            continue
        path.write_text(election.pb())
        for loser in tally(lianxi, path, *words, "--what-if")["losers"]:
            p, cost = loser["project"], election.cost[loser["project"]]
            if "wins_at_cost" in loser:
                best = Fraction(loser["wins_at_cost"])
                assert best < cost
                for new, outcome in ((best, True), (best + 1, False)):
                    election.cost[p] = new
                    assert wins(lianxi, path, election, p, words) == outcome, (p, new)
                election.cost[p] = cost
                cuts += 1
            if "wins_with_more_votes" in loser:
                least, before = loser["wins_with_more_votes"], election.ballots
                for more, outcome in ((least, True), (least - 1, False)):
                    if more < 500:
                        election.ballots = before + [[p]] * more
                        assert wins(lianxi, path, election, p, words) == outcome, (p, more)
                election.ballots = before
                votes += 1


def test_certificates_hold_on_random_elections(lianxi, tmp_path):
    rng = random.Random(23)
    for i in range(150):
        (tmp_path / f"{i:03}.pb").write_text(random_election(rng).pb())
    for words in (["--rule", "mes"], ["--rule", "mes", "--completion", "add1"], ["--rule", "mes", "--completion", "add1x,greedy"], ["--rule", "phragmen"],
                  ["--rule", "greedy", "--utility", "card"], ["--rule", "bos"], ["--rule", "ees", "--completion", "add-opt,greedy"],
                  ["--rule", "ees", "--utility", "card"], ["--rule", "maximin"]):
        lines = lianxi("tally", tmp_path, "--format", "json", "--explain", *words).stdout.splitlines()
        assert len(lines) == 150
        for line in map(json.loads, lines):
            for name, certificate in line["certificates"].items():
                assert certificate["holds"] or not certificate["guaranteed"], (line["file"], name)
            assert line["certificates"]["budget"]["holds"]


def test_certificates_hold_on_real_elections(lianxi, shared):
    for reference in list(references(shared))[::3]:
        path = shared / "data" / "pabulib" / reference["file"]
        for words in (["--rule", "mes"], ["--rule", "phragmen"], ["--rule", "ees"], ["--rule", "ees", "--completion", "add-opt"]):
            if "add-opt" in words and path.stat().st_size > 40_000:
                continue  # it takes minutes for thousands of steps
            ours = tally(lianxi, path, "--explain", *words)
            assert ours["certificates"]["priceable"] == {"guaranteed": True, "holds": True}


def test_full_proportionality_may_fail_in_a_correct_run(lianxi, tmp_path):
    (tmp_path / "e.pb").write_text(slow.Election(10, {"a": 6, "b": 10}, [["a", "b"]]).pb())
    ours = tally(lianxi, tmp_path / "e.pb", "--explain")
    assert ours["winners"] == ["a"]
    assert ours["certificates"]["ejr_up_to_one"]["holds"]
    assert ours["certificates"]["ejr_plus"] == {"guaranteed": False, "holds": False, "witness": "b"}


def test_ties_can_be_broken_by_each_rule_or_refused(lianxi, tmp_path):
    election = slow.Election(6, {"p10": 6, "p9": 6}, [["p9", "p10"], ["p10", "p9"]])
    (tmp_path / "e.pb").write_text(election.pb())
    assert tally(lianxi, tmp_path / "e.pb")["winners"] == ["p10"]
    assert tally(lianxi, tmp_path / "e.pb", "--ties", "natural")["winners"] == ["p9"]
    lots = {tally(lianxi, tmp_path / "e.pb", "--ties", "lot", "--seed", seed)["winners"][0] for seed in range(12)}
    assert lots == {"p9", "p10"}
    assert "p10, p9" in lianxi("tally", tmp_path / "e.pb", "--ties", "refuse", code=3).stderr
    lianxi("tally", tmp_path / "e.pb", "--ties", "lot", code=2)


def test_the_report_is_in_the_readers_language(lianxi, shared):
    path = shared / "data" / "pabulib" / "Netherlands_Assen_2024.pb"
    english = lianxi("tally", path, "--completion", "add1", "--explain", "--compare").stdout
    chinese = lianxi("tally", path, "--completion", "add1", "--explain", "--compare", lang="zh").stdout
    assert "9 of 14 projects are funded: 76,700 EUR of 100,000 EUR." in english
    assert "14 个项目中有 9 个获得资助" in chinese
    assert "Why the others" not in chinese


def test_several_files_and_csv(lianxi, tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.pb").write_text(slow.Election(10, {"x": 5, "y": 9}, [["x"], ["x", "y"]]).pb())
    lines = lianxi("tally", tmp_path, "--format", "csv").stdout.splitlines()
    assert lines[0] == "file,project_id,cost,won,place"
    assert [line.split(",")[1:] for line in lines[1:]] == [["x", "5", "1", "1"], ["y", "9", "0", ""]] * 2
    assert lines[1].split(",")[0].endswith("a.pb")


def test_what_cities_selected(lianxi, shared):
    """44 of the 46 shared files that say what the city funded; docs/engines/tally.md says why not in the other two."""
    points = {"approval": ["--utility", "cost"], "choose-1": ["--utility", "cost"], "cumulative": ["--utility", "cardinal", "--rank", "total"],
              "ordinal": ["--utility", "positional", "--rank", "total"]}
    rules = {"greedy-no-skip": "greedy-no-skip", "greedy-custom": "greedy-no-skip", "greedy-threshold": "greedy-threshold"}
    agreed, differ = 0, set()
    for reference in references(shared):
        selected = {p for p, value in reference.get("selected_column") or [] if value == 1}
        if not selected:
            continue
        rule = reference["rule_named_in_file"]
        words = ["--rule", rules.get(rule, "greedy"), *points[reference["vote_type"]]]
        if rule.startswith("equalshares"):
            words = ["--completion", "add1x,comparison" if "comparison" in rule else "add1"]
        if set(tally(lianxi, shared / "data" / "pabulib" / reference["file"], *words)["winners"]) == selected:
            agreed += 1
        else:
            differ.add(reference["file"])
    assert differ == {"Hungary_Budapest_2024.pb", "Hungary_Veszprem_2025.pb"}
    assert agreed == 44


def test_maximal_welfare(lianxi, shared):
    checked = 0
    for reference in references(shared):
        for name, found in reference["outcomes"].items():
            rule, _, utility = name.partition(":")
            if rule != "maxwelfare":
                continue
            path = shared / "data" / "pabulib" / reference["file"]
            ours = tally(lianxi, path, "--rule", "welfare", "--utility", utility)
            places = len(ours["budget"].partition(".")[2]) if utility == "cost" else 0
            assert Fraction(int(ours["total_utility"]), 10**places) == Fraction(found["pabutools"]["total_satisfaction"]), reference["file"]
            assert Fraction(ours["total_cost"]) <= Fraction(ours["budget"])
            checked += 1
    assert checked >= 80


def test_maximal_welfare_of_random_elections_by_trying_all_sets(lianxi, tmp_path):
    rng = random.Random(31)
    for i in range(60):
        election = random_election(rng)
        (tmp_path / "e.pb").write_text(election.pb())
        utility = utilities(election)[-1]
        total = {p: sum(row.get(p, 0) for row in election.use(utility)) for p in election.cost}
        sets = [[]]
        for p in sorted(election.cost):
            sets += [chosen + [p] for chosen in sets if total[p] > 0]
        sets = [s for s in sets if sum(election.cost[p] for p in s) <= election.budget]
        best = max(sum(total[p] for p in s) for s in sets)
        # the first in the order of ids: each project in that order is in if it can be
        first = min((s for s in sets if sum(total[p] for p in s) == best), key=lambda s: [p not in s for p in sorted(election.cost)])
        assert tally(lianxi, tmp_path / "e.pb", "--rule", "welfare", "--utility", utility)["winners"] == first, i


def test_at_most_one_project_of_each_group(lianxi, tmp_path):
    text = slow.Election(10, {"a": 3, "b": 3, "c": 3, "d": 1}, [["a", "b", "c"], ["a", "b"], ["a"]]).pb()
    text = text.replace("project_id;cost;votes", "project_id;cost;category")
    text = text.replace("a;3;0", "a;3;road").replace("b;3;0", "b;3;road").replace("c;3;0", "c;3;").replace("d;1;0", "d;1;")
    (tmp_path / "e.pb").write_text(text)
    ours = tally(lianxi, tmp_path / "e.pb", "--rule", "greedy-exclusive", "--group", "category", "--explain")
    assert ours["winners"] == ["a", "c", "d"]
    assert ours["certificates"]["exclusion"] == {"guaranteed": True, "holds": True}
    assert "category" not in lianxi("tally", tmp_path / "e.pb", "--rule", "greedy-exclusive", code=2).stdout
    assert "colour" in lianxi("tally", tmp_path / "e.pb", "--rule", "greedy-exclusive", "--group", "colour", code=2).stderr


def limits_matter(election, limits):
    share = election.budget / len(election.ballots)
    return slow.mes(election, "cost", share)[0] != slow.mes(election, "cost", share, (), limits)[0]


def test_limits_of_groups_agree_with_fractions(lianxi, tmp_path):
    rng = random.Random(41)
    forbade = 0
    for i in range(90):
        election = random_election(rng)
        if any(c.denominator != 1 for c in [*election.cost.values(), election.budget]) or election.kind != "approval":
            continue
        group = {p: rng.choice("xyz") for p in election.cost}
        names = sorted(set(group.values()))
        most = {g: Fraction(rng.randint(0, int(election.budget))) for g in names if rng.random() < 0.5}
        least = {g: Fraction(rng.randint(0, int(election.budget) // 2)) for g in names if rng.random() < 0.5}
        text = election.pb().replace("project_id;cost;votes", "project_id;cost;member")
        for p, c in election.cost.items():
            text = text.replace(f"\n{p};{slow.decimal(c)};0", f"\n{p};{slow.decimal(c)};{group[p]}")
        (tmp_path / "e.pb").write_text(text)
        words = ["--group", "member", *[f"--most={g}={v}" for g, v in most.items()], *[f"--least={g}={v}" for g, v in least.items()]]
        ours = tally(lianxi, tmp_path / "e.pb", "--explain", *words)
        limits = (group, most, least)
        winners, _, _ = slow.mes(election, "cost", election.budget / len(election.ballots), (), limits)
        assert ours["winners"] == winners, (i, words)
        if most or least:
            assert ours["certificates"]["limits"] == {"guaranteed": True, "holds": True}
        for completion, stop in (("add1", True), ("add1x", False)):
            winners, steps = slow.add1(election, "cost", stop, most=60, limits=limits)
            if winners is not None:
                ours = tally(lianxi, tmp_path / "e.pb", "--completion", completion, *words)
                assert (ours["winners"], ours["steps"]) == (winners, steps), (i, words)
        forbade += limits_matter(election, limits)
    assert forbade >= 3


def small_elections(rng, n, projects=5):
    while n:
        election = random_election(rng)
        if len(election.cost) <= projects:
            n -= 1
            yield election


@pytest.mark.parametrize("seed", range(3))
def test_the_newer_rules_agree_with_fractions(lianxi, tmp_path, seed):
    """Bounded overspending, exact equal shares, maximin support."""
    elections = list(small_elections(random.Random(100 + seed), 60, 7))
    for i, election in enumerate(elections):
        (tmp_path / f"{i:03}.pb").write_text(election.pb())
    checked = 0
    for utility in ("cost", "card", "cardinal", "borda", "positional"):
        some = [i for i, e in enumerate(elections) if utility in utilities(e) or utility == "card"]
        for rule in ("bos", "ees", "maximin"):
            if rule != "bos" and utility not in ("cost", "card"):
                continue
            out = lianxi("tally", *[tmp_path / f"{i:03}.pb" for i in some], "--format", "json", "--utility", utility, "--rule", rule).stdout
            for i, line in zip(some, out.splitlines()):
                election, ours = elections[i], json.loads(line)
                expected = {"bos": lambda: slow.bounded(election, utility), "maximin": lambda: slow.maximin(election),
                            "ees": lambda: slow.even(election, utility, election.budget / len(election.ballots))}[rule]()
                assert ours["winners"] == expected, (seed, i, utility, rule)
                checked += 1
    assert checked > 300


def test_add_opt_agrees_with_every_possible_share(lianxi, tmp_path):
    rng, checked = random.Random(7), 0
    while checked < 60:
        election = random_election(rng)
        if len(election.cost) > 4 or len(election.ballots) > 5 or election.kind != "approval":
            continue
        for utility in ("cost", "card"):
            expected = slow.even_add_opt(election, utility)
            if expected is None:
                continue
            (tmp_path / "e.pb").write_text(election.pb())
            ours = tally(lianxi, tmp_path / "e.pb", "--rule", "ees", "--utility", utility, "--completion", "add-opt")
            assert ours["winners"] == expected, (election.pb(), utility)
            checked += 1


def test_every_way_ties_may_fall(lianxi, shared, tmp_path):
    rng = random.Random(31)
    for election in small_elections(rng, 60):
        (tmp_path / "e.pb").write_text(election.pb())
        ours = tally(lianxi, tmp_path / "e.pb", "--irresolute")
        assert {tuple(sorted(o)) for o in ours["outcomes"]} == slow.all_outcomes(election, "cost")
    checked = 0
    for reference in references(shared):
        told = reference["outcomes"].get("mes_irr:cost", {}).get("pabutools")
        if told is None or "outcomes" not in told:
            continue
        ours = tally(lianxi, shared / "data" / "pabulib" / reference["file"], "--irresolute")
        assert sorted(map(sorted, ours["outcomes"])) == sorted(map(sorted, told["outcomes"])), reference["file"]
        checked += 1
    assert checked >= 15


def log_welfare(election, utility, amounts):
    total = 0.0
    for row in election.use(utility):
        if row:
            u = sum(float(row[p] * amounts.get(p, 0) / election.cost[p]) for p in row)
            total += math.log(u) if u > 0 else -math.inf
    return total


def test_no_division_beats_the_stated_gap(lianxi, tmp_path):
    rng = random.Random(77)
    for election in small_elections(rng, 40, 7):
        (tmp_path / "e.pb").write_text(election.pb())
        utility = utilities(election)[-1]
        ours = json.loads(lianxi("tally", tmp_path / "e.pb", "--format", "json", "--rule", "nash", "--utility", utility).stdout)
        amounts = {it["project"]: Fraction(it["amount"]) for it in ours["amounts"]}
        assert sum(amounts.values()) == Fraction(ours["total_cost"]) <= election.budget
        assert all(0 < amounts[p] <= election.cost[p] for p in amounts)
        if not ours["voters_counted"] or ours["gap"] is None:
            continue
        best = log_welfare(election, utility, amounts)
        supported = [p for p in election.cost if any(p in row for row in election.use(utility))]
        for _ in range(60):  # other divisions, near and far
            other, left = {}, election.budget
            for p in rng.sample(supported, len(supported)):
                part = min(election.cost[p], left, Fraction(rng.random()) * left if rng.random() < .5 else amounts.get(p, Fraction(0)))
                other[p] = part
                left -= part
            assert log_welfare(election, utility, other) <= best + ours["voters_counted"] * ours["gap"] + 1e-9


def test_personal_prices_let_all_pay_the_same_where_no_cost_binds(lianxi, tmp_path):
    election = slow.Election(6000, {"a": 100000, "b": 100000, "c": 100000}, [["a"]] * 2 + [["b"]] * 3 + [["a", "c"]])
    (tmp_path / "e.pb").write_text(election.pb())
    ours = json.loads(lianxi("tally", tmp_path / "e.pb", "--format", "json", "--rule", "nash").stdout)
    assert {it["project"]: it["amount"] for it in ours["amounts"]} == {"a": "3000", "b": "3000"}
    assert ours["paid_least"] == pytest.approx(1000, abs=1) and ours["paid_most"] == pytest.approx(1000, abs=1)
    assert ours["gap"] < 1e-3


def test_decisions_apart_are_paid_from_their_share_and_recorded(lianxi, tmp_path):
    election = slow.Election(100, {"a": 60, "b": 40, "c": 30, "d": 20}, [["a"], ["a", "c"], ["b"], ["b", "c", "d"]])
    (tmp_path / "e.pb").write_text(election.pb())
    ours = tally(lianxi, tmp_path / "e.pb", "--top-down", "25", "--fund", "d=the bridge needs it now", "--refuse", "c=withdrawn by its promoter")
    assert ours["overrides"] == [
        {"project": "d", "cost": "20", "funded": True, "reason": "the bridge needs it now"},
        {"project": "c", "cost": "30", "funded": False, "reason": "withdrawn by its promoter"}]
    assert (ours["top_down"], ours["top_down_spent"], ours["budget"]) == ("25", "20", "75")
    rest = slow.Election(75, {"a": 60, "b": 40}, [["a"], ["a"], ["b"], ["b"]])
    assert ours["winners"] == slow.mes(rest, "cost", Fraction(75, 4))[0]
    for rule in ("mes", "greedy", "phragmen", "welfare", "bos", "ees", "maximin"):
        got = tally(lianxi, tmp_path / "e.pb", "--rule", rule, "--top-down", "25", "--fund", "d=now", "--refuse", "c=no")
        assert not {"c", "d"} & set(got["winners"]), rule
    assert "reason" in lianxi("tally", tmp_path / "e.pb", "--refuse", "c= ", code=2).stderr
    assert "top-down" in lianxi("tally", tmp_path / "e.pb", "--fund", "d=now", code=2).stderr


def test_tables_give_what_the_same_file_gives(lianxi, tmp_path):
    rng = random.Random(9)
    for election in small_elections(rng, 25, 7):
        (tmp_path / "e.pb").write_text(election.pb())
        projects = "name,cost,project_id\n" + "".join(f"P {p},{slow.decimal(c)},{p}\n" for p, c in election.cost.items())
        votes = "voter_id,vote" + (",points" if election.points else "") + "\n"
        for i, ballot in enumerate(election.ballots):
            votes += f'{i},"{",".join(ballot)}"' + (',"' + ",".join(map(str, election.points[i])) + '"' if election.points else "") + "\n"
        (tmp_path / "p.csv").write_text(projects)
        (tmp_path / "v.csv").write_text(votes)
        a = tally(lianxi, tmp_path / "e.pb")
        b = tally(lianxi, tmp_path / "v.csv", "--projects", tmp_path / "p.csv", "--budget", slow.decimal(election.budget), "--ballots", election.kind,
                  "--write", tmp_path / "again.pb")
        c = tally(lianxi, tmp_path / "again.pb")
        assert a["winners"] == b["winners"] == c["winners"] and a["voters"] == b["voters"] == c["voters"]
    (tmp_path / "p.csv").write_text("project_id,cost\na,-1\n")
    assert "projects" in lianxi("tally", tmp_path / "v.csv", "--projects", tmp_path / "p.csv", "--budget", "10", code=2).stderr


def test_repeated_voter_ids_are_told_and_counted(lianxi, tmp_path):
    text = slow.Election(10, {"a": 5, "b": 3}, [["a"], ["b"], ["a"], ["a"]]).pb()
    (tmp_path / "e.pb").write_text(text.replace("\n2;a", "\n0;a"))
    ours = tally(lianxi, tmp_path / "e.pb")
    assert (ours["voters"], ours["notices"]) == (4, 1)
    assert ours["first_notices"] == [{"line": 16, "what": "tally.pb_voter_twice", "about": "0"}]
    (tmp_path / "e.pb").write_text(text.replace("\n3;a", "\n1000;a").replace("\n2;a", "\n999;a"))
    assert tally(lianxi, tmp_path / "e.pb")["notices"] == 0


def test_money_by_district_sums_to_costs_and_purses(lianxi, tmp_path):
    rng = random.Random(13)
    for election in small_elections(rng, 30, 7):
        lines = election.pb().splitlines()
        at = lines.index("VOTES") + 1
        lines[at] += ";district"
        places = [rng.choice(["north", "south", "east"]) for _ in election.ballots]
        for i, place in enumerate(places):
            lines[at + 1 + i] += ";" + place
        (tmp_path / "e.pb").write_text("\n".join(lines) + "\n")
        utility = utilities(election)[0]
        ours = tally(lianxi, tmp_path / "e.pb", "--voters", "district", "--explain", "--utility", utility)
        plain = tally(lianxi, tmp_path / "e.pb", "--utility", utility)
        assert ours["winners"] == plain["winners"]
        for r in ours["rounds"]:
            assert sum(r["paid"].values()) == pytest.approx(float(Fraction(r["cost"])))
            assert r["supporters_had"] >= float(Fraction(r["cost"])) * (1 - 1e-9)
        share = float(election.budget) / len(places)
        for group in ours["voter_groups"]:
            assert group["voters"] == places.count(group["group"])
            assert group["paid"] + group["left"] == pytest.approx(group["voters"] * share)


def test_voters_never_merge_across_rows_that_differ(lianxi, tmp_path):
    """Merging equal ballots changes nothing: the same election with every ballot made distinct by a district of its own."""
    rng = random.Random(17)
    for election in small_elections(rng, 20, 7):
        lines = election.pb().splitlines()
        at = lines.index("VOTES") + 1
        lines[at] += ";who"
        for i in range(len(election.ballots)):
            lines[at + 1 + i] += f";v{i}"
        (tmp_path / "e.pb").write_text("\n".join(lines) + "\n")
        for rule in ("mes", "greedy", "phragmen", "bos", "ees", "maximin"):
            merged = tally(lianxi, tmp_path / "e.pb", "--rule", rule)
            apart = tally(lianxi, tmp_path / "e.pb", "--rule", rule, "--voters", "who")
            assert (merged["winners"], merged["ties"]) == (apart["winners"], apart["ties"]), rule


def test_quoted_rows_long_names_and_line_ends_change_nothing(lianxi, tmp_path):
    rng = random.Random(19)
    for election in small_elections(rng, 25, 7):
        names = {p: rng.choice([p, p + "-with-a-long-name", p + "é"]) for p in election.cost}
        election.cost = {names[p]: c for p, c in election.cost.items()}
        election.ballots = [[names[p] for p in b] for b in election.ballots]
        text = election.pb()
        (tmp_path / "a.pb").write_text(text)
        head, votes = text.split("VOTES\n")
        rows = votes.splitlines()
        for i in range(1, len(rows)):
            if rng.random() < .3:
                rows[i] = ";".join('"' + cell + '"' for cell in rows[i].split(";"))
        (tmp_path / "b.pb").write_bytes((head + "VOTES\n" + rng.choice(["\n", "\r\n"]).join(rows)).encode())
        a, b = (tally(lianxi, tmp_path / name) for name in ("a.pb", "b.pb"))
        assert (a["winners"], a["voters"]) == (b["winners"], b["voters"])


def dominated(election, utility, winners):
    """Whether a set that differs by one more, one for one, or two for one is liked less by nobody and more by some; by trying all."""
    use, cost = election.use(utility), election.cost
    losers = [p for p in cost if p not in winners and any(p in row for row in use)]
    left = election.budget - sum(cost[p] for p in winners)
    coming = [(q,) for q in losers] + [(q, r) for q in losers for r in losers if q < r]
    for out in [()] + [(p,) for p in winners]:
        for new in coming:
            if len(new) > 1 + len(out) or (len(new) == 2 and not any(out[0] in row for row in use)):
                continue
            gains = [sum(row.get(p, 0) for p in new) - sum(row.get(p, 0) for p in out) for row in use]
            if sum(cost[p] for p in new) - sum(cost[p] for p in out) <= left and min(gains) >= 0 and max(gains) > 0:
                return True
    return False


def test_dominating_sets_are_found_as_by_trying_all(lianxi, tmp_path):
    rng, seen, pairs = random.Random(31), set(), 0
    elections = list(small_elections(rng, 250, 7))
    elections.append(slow.Election(10, {"p": 10, "q": 4, "r": 4}, [["p", "q"], ["p", "q"], ["p", "r"], ["r"]]))
    for i, election in enumerate(elections):
        (tmp_path / f"{i:03}.pb").write_text(election.pb())
    for rule in (["mes"], ["greedy"], ["greedy", "--rank", "total"], ["phragmen"]):
        words = ["--rule", *rule, "--utility", "card"]
        for election, line in zip(elections, lianxi("tally", tmp_path, "--format", "json", "--explain", *words).stdout.splitlines()):
            ours = json.loads(line)
            found = ours["certificates"]["undominated"]
            assert found["holds"] != dominated(election, "card", ours["winners"]), (election.pb(), rule, found)
            seen.add(found["holds"])
            pairs += "with" in found
    assert seen == {True, False} and pairs > 0


def test_the_money_flow_is_drawn(lianxi, shared, tmp_path):
    import xml.etree.ElementTree as tree
    path = shared / "data" / "pabulib" / "Poland_Warszawa_2020_Praga-Poludnie.pb"
    for words in ([], ["--voters", "sex"], ["--voters", "age"], ["--rule", "greedy", "--voters", "voting_method"]):
        ours = tally(lianxi, path, "--svg", tmp_path / "flow.svg", *words)
        root = tree.parse(tmp_path / "flow.svg").getroot()
        texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        assert len(texts) >= len(ours["winners"]) + 2
        ribbons = list(root.iter("{http://www.w3.org/2000/svg}path"))
        assert len(ribbons) >= len(ours["winners"])


def test_thread_count_changes_nothing(lianxi, shared):
    for name in ("Poland_Wieliczka_2023_Green_Budget.pb", "Poland_Warszawa_2019_Nadwisle.pb", "France_Toulouse_2019.pb"):
        words = ["--utility", "cardinal"] if name.startswith("France") else []
        one, two, many = (lianxi("tally", shared / "data" / "pabulib" / name, "--format", "json", "--explain", "--threads", n, *words).stdout for n in ("1", "2", "7"))
        assert one == two == many
