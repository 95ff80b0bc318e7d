# SPDX-License-Identifier: AGPL-3.0-or-later
"""lianxi appraise against the reference cases, on tables, in both languages, and on what it must refuse."""
import json
import pathlib
import unicodedata

import pytest

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "appraise"


def appraise(lianxi, case, *words, **options):
    done = lianxi("appraise", "-", "--format", "json", *words, stdin=json.dumps(case), **options)
    return json.loads(done.stdout)


def refused(lianxi, case, *words, lang="en"):
    """What is said of an input that must be refused."""
    text = case if isinstance(case, str) else json.dumps(case, ensure_ascii=False)
    done = lianxi("appraise", "-", "--format", "json", *words, stdin=text, code=2, lang=lang)
    assert done.stdout == ""
    return done.stderr


def same(got, want, tol, where):
    if isinstance(want, list):
        assert isinstance(got, list) and len(got) == len(want), where
        for i, (one, other) in enumerate(zip(got, want)):
            same(one, other, tol, f"{where}[{i}]")
    elif isinstance(want, (int, float)) and not isinstance(want, bool):
        assert isinstance(got, (int, float)) and abs(got - want) <= tol, f"{where}: {got} is not {want}"
    else:
        assert got == want, f"{where}: {got} is not {want}"


def reference(shared, name):
    cases = json.loads((shared / "reference" / "shares" / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case for case in cases}


def check_case(lianxi, case, apart=()):
    found = appraise(lianxi, case)
    compared = 0
    for key, want in case["expect"].items():
        if key == "tol" or key in apart:
            continue
        assert key in found, f"{case['id']}: no {key}"
        same(found[key], want, case["expect"]["tol"], f"{case['id']} {key}")
        compared += 1
    assert compared > 0
    return found


# ---- The reference cases ----

@pytest.mark.parametrize("name", ["ahp_wealth_of_nations", "ahp_consistent_3", "hwang_yoon_aircraft",
                                  "opricovic_tzeng_mountain", "entropy_edge"])
def test_criteria_of_the_reference(lianxi, shared, name):
    check_case(lianxi, reference(shared, "mcdm")[name])


SUBGROUPS = ("ccr_in_first49_only", "ccr_in_last21_only")


@pytest.mark.parametrize("name", ["tone_power_plants", "program_follow_through_70", "coelli_five_firms",
                                  "coelli_scale_five", "china_31_malmquist_2005_2009", "tokyo_libraries", "fried11"])
def test_frontiers_of_the_reference(lianxi, shared, name):
    check_case(lianxi, reference(shared, "dea")[name], apart=SUBGROUPS)


@pytest.mark.parametrize("key, part", [(SUBGROUPS[0], slice(0, 49)), (SUBGROUPS[1], slice(49, 70))])
def test_frontier_of_a_subgroup(lianxi, shared, key, part):
    case = reference(shared, "dea")["program_follow_through_70"]
    some = {"kind": "dea", **{field: case[field][part] for field in ("dmus", "inputs", "outputs")}}
    same(appraise(lianxi, some)["ccr_in"], case["expect"][key], case["expect"]["tol"], key)


@pytest.mark.parametrize("name", ["krugman_3", "gravity_3", "africa_conflict_moran", "moran_columbus_CRIME",
                                  "moran_columbus_HOVAL", "moran_columbus_INC"])
def test_regions_of_the_reference(lianxi, shared, name):
    cases = reference(shared, "regional")
    case = dict(cases[name])
    if "neighbours_as" in case:
        case["neighbours"] = cases[case["neighbours_as"]]["neighbours"]
    check_case(lianxi, case)


@pytest.mark.parametrize("year", [2005, 2009])
def test_inequality_of_the_reference(lianxi, shared, year):
    """The group of the case says Shanghai, the list of units Shangai: the figures of the reference were computed with
    that unit among all others. We say so instead of passing it over."""
    case = reference(shared, "regional")[f"inequality_output_per_worker_{year}"]
    data = reference(shared, "dea")["china_31_malmquist_2005_2009"]
    case = {**case, **{field: data[field] for field in ("dmus", "periods", "columns", "data")}}
    found = check_case(lianxi, case)
    assert any("Shanghai" in remark for remark in found["remarks"])
    y, p = ([row[column] for row in data["data"][data["periods"].index(year)]] for column in (2, 1))
    plain = {"kind": "inequality", "names": data["dmus"], "y": y, "p": p, "groups": case["groups"]}
    check_case(lianxi, {**plain, "id": "plain", "expect": case["expect"]})


def test_coupling_of_the_reference(lianxi, shared):
    case = reference(shared, "regional")["coupling"]
    found = appraise(lianxi, case)["cases"]
    assert len(found) == len(case["cases"])
    for got, want in zip(found, case["cases"]):
        same(got["CTD"], want["CTD"], case["tol"], "CTD")
        one = appraise(lianxi, {"kind": "coupling", "U": want["U"], "a": want["a"]})
        same(one["CTD"], want["CTD"], case["tol"], "CTD alone")


def test_the_spread_over_the_years(lianxi, shared):
    data = reference(shared, "dea")["china_31_malmquist_2005_2009"]
    case = {field: data[field] for field in ("dmus", "periods", "columns", "data")}
    found = appraise(lianxi, {"kind": "inequality", **case}, "--method", "sigma")
    want = [reference(shared, "regional")[f"inequality_output_per_worker_{year}"]["expect"]["sigma_cv_population_sd"]
            for year in (2005, 2009)]
    same([found["sigma_cv_population_sd"][0], found["sigma_cv_population_sd"][4]], want, 1e-10, "sigma")
    assert any("sigma convergence" in remark for remark in found["remarks"])


# ---- Tables ----

def run_table(lianxi, name, method, *words, **options):
    done = lianxi("appraise", FIXTURES / name, "--method", method, "--format", "json", *words, **options)
    return json.loads(done.stdout)


def test_a_table_says_the_same_as_json(lianxi):
    rows = [line.split(",") for line in (FIXTURES / "plants.csv").read_text(encoding="utf-8").split("\n")[1:] if line]
    case = {"kind": "dea", "dmus": [row[0] for row in rows], "inputs": [row[1:3] for row in rows],
            "outputs": [row[3:] for row in rows]}
    assert run_table(lianxi, "plants.csv", "dea") == appraise(lianxi, case)


def test_peers_make_up_the_target(lianxi):
    found = run_table(lianxi, "plants.csv", "targets")
    power = dict(zip(["North", "East", "South", "West", "Harbour", "Hill"], [100, 150, 160, 180, 94, 230]))
    for target, peers in zip(found["bcc_targets"], found["bcc_peers"]):
        assert sum(peers.values()) == pytest.approx(1)
        assert sum(power[name] * times for name, times in peers.items()) == pytest.approx(target[2])


@pytest.mark.parametrize("name, method, key", [
    ("sites.csv", "topsis,vikor,entropy", "topsis_closeness"), ("sites.csv", "entropy", "entropy_weights"),
    ("sites.csv", "composite", "swaps"), ("judgements.csv", "ahp", "eigenvector"), ("periods.csv", "malmquist", "MI"),
    ("income.csv", "theil,gini", "theil_between"), ("employment.csv", "krugman,quotient", "location_quotient"),
    ("cities.csv", "gravity", "F"), ("subsystems.csv", "coupling", "cases"), ("places.csv", "moran,local", "local_p")])
def test_every_kind_of_table(lianxi, name, method, key):
    found = run_table(lianxi, name, method)
    assert found[key]


def test_a_table_of_judgements_keeps_fractions(lianxi):
    found = run_table(lianxi, "judgements.csv", "ahp")
    assert sum(found["eigenvector"]) == pytest.approx(1, abs=1e-14)
    assert found["triad_ratio"] == pytest.approx((1 / 3) * (1 / 2) / (1 / 5))


def test_a_table_as_spreadsheets_save_it(lianxi):
    plain = (FIXTURES / "plants.csv").read_text(encoding="utf-8")
    odd = "\ufeff" + plain.replace(",", ";").replace("\n", "\r\n").replace("North", '"North"') + "\r\n;;;\r\n"
    done = lianxi("appraise", "-", "--method", "dea", "--format", "json", stdin=odd)
    assert json.loads(done.stdout) == run_table(lianxi, "plants.csv", "dea")


def test_composite_index_with_its_range(lianxi):
    case = json.loads((FIXTURES / "index.json").read_text(encoding="utf-8"))
    found = appraise(lianxi, case)
    # by hand: a missing clinic becomes the median of 12, 15, 8; goalposts 0-100, 0-20, 0-10; waste is a cost
    want = [(s / 100) ** 0.5 * (c / 20) ** 0.3 * (1 - w / 10) ** 0.2
            for s, c, w in [(80, 12, 5), (75, 12, 3), (60, 15, 4), (40, 8, 9)]]
    same(found["score"], want, 1e-12, "score")
    assert found["rank"] == [sorted(want, reverse=True).index(x) + 1 for x in want]
    for low, median, high in zip(found["rank_low"], found["rank_median"], found["rank_high"]):
        assert 1 <= low <= median <= high <= 4
    assert len(found["swaps"]) == 3 and found["swaps"][0]["margin"] >= 0
    assert appraise(lianxi, case) == found
    assert appraise(lianxi, case, "--seed", "8")["score"] == found["score"]
    assert any("seed 8" in remark for remark in appraise(lianxi, case, "--seed", "8")["remarks"])


# ---- Same bits, languages ----

@pytest.mark.parametrize("name, method", [("plants.csv", "dea"), ("places.csv", "moran"), ("sites.csv", "composite"),
                                          ("periods.csv", "malmquist")])
def test_threads_do_not_change_a_byte(lianxi, name, method):
    outputs = {lianxi("appraise", FIXTURES / name, "--method", method, "--format", "json", "--threads", n).stdout
               for n in (1, 2, 5)}
    assert len(outputs) == 1


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_the_report_in_chinese_aligns(lianxi):
    text = lianxi("appraise", FIXTURES / "电厂.csv", "--method", "ccr,scale", lang="zh").stdout
    assert "综合效率" in text and "规模报酬" in text and "现有单位" in text
    lines = text.split("\n")
    head = next(i for i, line in enumerate(lines) if "综合效率" in line and i > 0)
    assert {width(line) for line in lines[head + 2:head + 6]} == {width(lines[head])}


@pytest.mark.parametrize("lang, words", [("en", ["would swap", "seed 7", "95 %"]), ("zh", ["名次互换", "种子 7", "95% 位"])])
def test_the_report_explains(lianxi, lang, words):
    text = lianxi("appraise", FIXTURES / "index.json", lang=lang).stdout
    for word in words:
        assert word in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_method_has_its_texts(lianxi, lang):
    for name, method in [("plants.csv", "dea"), ("sites.csv", "topsis,vikor,entropy"), ("sites.csv", "composite"),
                         ("judgements.csv", "ahp"), ("periods.csv", "malmquist"), ("income.csv", "inequality"),
                         ("employment.csv", "krugman"), ("cities.csv", "gravity"), ("subsystems.csv", "coupling"),
                         ("places.csv", "moran")]:
        text = lianxi("appraise", FIXTURES / name, "--method", method, lang=lang).stdout
        assert "appraise." not in text and "{0}" not in text


# ---- What must be refused, with the place ----

DEA = {"kind": "dea", "dmus": ["Ash", "Birch"], "inputs": [[1, 2], [3, 4]], "outputs": [[5], [6]]}
AHP = {"kind": "ahp", "names": ["cost", "speed"], "matrix": [[1, 3], ["1/3", 1]]}
MORAN = {"kind": "moran", "names": list("abcd"), "values": [1, 2, 3, 5], "neighbours": [[1], [0, 2], [1, 3], [2]]}
EQUAL = {"kind": "inequality", "names": ["a", "b"], "y": [1, 2], "p": [1, 1]}
MCDM = {"kind": "mcdm", "names": ["a", "b"], "columns": ["x", "y"], "matrix": [[1, 0], [2, 0]], "weights": [1, 1],
        "benefit": [True, True]}


@pytest.mark.parametrize("case, words", [
    ({**DEA, "inputs": [[1, -2], [3, 4]]}, ["Ash, x2", "negative"]),
    ({**DEA, "inputs": [[1, "NaN"], [3, 4]]}, ["inputs[1][2]", "number"]),
    ({**DEA, "inputs": [[1, 2], [3]]}, ["inputs[2]", "shorter"]),
    ({**DEA, "outputs": [[5]]}, ["outputs", "2"]),
    ({**DEA, "outputs": [[5], [0]]}, ["Birch", "outputs"]),
    ({**DEA, "inputs": [[0, 0], [3, 4]]}, ["Ash", "inputs"]),
    ({**DEA, "dmus": ["Ash", "Ash"]}, ["dmus", "twice"]),
    ({**DEA, "dmus": ["Ash"]}, ["dmus", "2"]),
    ({"kind": "dea", "outputs": [[1]]}, ["inputs", "missing"]),
    ({"kind": "oracle"}, ["kind", "oracle"]),
    ({}, ["kind"]),
    ([1], ["object"]),
    ('{"kind": "dea", ', ["line 1", "JSON"]),
    ({**AHP, "matrix": [[1, 3], [0.33, 1]]}, ["speed, cost", "1/3, not 0.33"]),
    ({**AHP, "matrix": [[1, 0], [3, 1]]}, ["matrix[1][2]"]),
    ({**AHP, "matrix": [[2, 3], ["1/3", 1]]}, ["cost, cost", "itself"]),
    ({**MORAN, "values": [7, 7, 7, 7]}, ["values", "equal"]),
    ({**MORAN, "neighbours": [[0], [0, 2], [1, 3], [2]]}, ["a:", "own neighbour"]),
    ({**MORAN, "neighbours": [[1, 1], [0, 2], [1, 3], [2]]}, ["a:", "twice"]),
    ({**MORAN, "neighbours": [[9], [0, 2], [1, 3], [2]]}, ["neighbours[1][1]"]),
    ({**MORAN, "neighbours": [[], [], [], []]}, ["neighbour"]),
    ({**EQUAL, "p": [1, 0]}, ["b, p", "above 0"]),
    ({**EQUAL, "y": [0, 0]}, ["y", "0"]),
    ({**EQUAL, "groups": {"one": ["a"]}}, ["b", "no group"]),
    ({**EQUAL, "groups": {"one": ["a", "c"], "two": ["b"]}}, ["groups", "no unit c"]),
    ({**EQUAL, "groups": {"one": ["a", "b"], "two": ["b"]}}, ["two", "b stands in two"]),
    ({"kind": "entropy", "matrix": [[1, 2], [1, 2]]}, ["constant"]),
    ({"kind": "entropy", "matrix": [[1, 2]]}, ["2 rows"]),
    ({"kind": "krugman", "names": ["a", "b"], "employment": [[1, 2], [0, 0]]}, ["b", "0"]),
    ({"kind": "gravity", "population": [1, 1], "gdp": [1, 1], "distance": [[0, 0], [0, 0]]}, ["2, 1", "above 0"]),
    ({"kind": "coupling", "U": [0.5, 1.5], "a": [1, 1]}, ["between 0 and 1"]),
    ({"kind": "composite", "columns": ["x", "y"], "matrix": [[1, None], [2, 3]], "weights": [1, 1],
      "benefit": [True, True]}, ["1, y", "missing"]),
    ({"kind": "composite", "matrix": [[1, 2], [2, 3]], "weights": [1, 1], "benefit": [True, True],
      "aggregate": "geometric"}, ["goalposts"]),
    ({"kind": "malmquist", "columns": ["a", "b (output)"], "data": [[[1, 2]], [[1, 2]]]}, ["columns[1]", "(input)"]),
])
def test_bad_input_names_the_place(lianxi, case, words):
    said = refused(lianxi, case)
    for word in words:
        assert word in said


def test_a_fault_in_a_table_has_line_and_column(lianxi):
    said = refused(lianxi, "unit,a (input),b (output)\nA,1,2\nB,many,3\n", "--method", "dea")
    assert "line 3, column 3" in said and "many" in said
    said = refused(lianxi, "单位,甲（投入）,乙\nA,1,2\n", "--method", "dea", lang="zh")
    assert "第 1 行" in said and "产出" in said


def test_a_region_may_be_called_weight(lianxi):
    table = "region,income,people,belt\nweight,5,1,a\nB,3,1,b\n"
    found = json.loads(lianxi("appraise", "-", "--method", "theil", "--format", "json", stdin=table).stdout)
    assert found["group_share"] == [0.625, 0.375]


def test_a_table_needs_a_method(lianxi):
    assert "--method" in refused(lianxi, "a,b\nx,1\n")
    assert "method" in refused(lianxi, "a,b\nx,1\n", "--method", "")
    assert "method" in refused(lianxi, DEA, "--method", ",")
    assert "tarot" in refused(lianxi, "a,b\nx,1\n", "--method", "tarot")
    assert "vikor" in refused(lianxi, DEA, "--method", "vikor")


@pytest.mark.parametrize("method", ["topsis", "entropy"])
def test_a_zero_column_is_refused(lianxi, method):
    assert "y: All numbers" in refused(lianxi, MCDM, "--method", method)


def test_what_does_not_fit_is_left_out_and_named(lianxi):
    case = {**MCDM, "matrix": [[1, -2], [2, 3]]}
    found = appraise(lianxi, case)
    assert "topsis_closeness" in found and "entropy_e" not in found
    assert any("a, y" in remark for remark in found["remarks"])
    assert "a, y" in refused(lianxi, case, "--method", "entropy")


def test_alike_alternatives_are_told(lianxi):
    found = appraise(lianxi, {**MCDM, "matrix": [[1, 2], [1, 2]]}, "--method", "topsis")
    assert found["topsis_closeness"] == [0.5, 0.5] and found["topsis_rank"] == [1, 1]
    assert any("0.5" in remark for remark in found["remarks"])


def test_a_zero_input_drops_out_of_the_contraction(lianxi):
    found = appraise(lianxi, {"kind": "dea", "inputs": [[0, 2], [1, 2], [0, 4]], "outputs": [[1], [1], [1]]})
    assert found["ccr_in"] == pytest.approx([1, 1, 0.5])
    assert found["ccr_slacks"][1] == pytest.approx([1, 0, 0])  # efficient by score, but only weakly


def test_the_case_of_the_manual(lianxi):
    """What docs/engines/appraise.md works through by hand is what the command says."""
    page = (FIXTURES.parent.parent.parent / "docs" / "engines" / "appraise.md").read_text(encoding="utf-8")
    table = [line.strip() for line in page.split("\n") if line.startswith("    ") and line.count(",") == 2]
    assert table[0].startswith("office,")
    done = lianxi("appraise", "-", "--method", "ccr,bcc,scale,targets", "--format", "json", stdin="\n".join(table))
    found = json.loads(done.stdout)
    assert [f"{x:.4f}" for x in found["ccr_in"]] == ["0.5000", "0.5000", "1.0000", "0.8000", "0.8333"]
    assert f"{found['bcc_in'][1]:.4f}" == "0.6250" and found["bcc_targets"][1][0] == pytest.approx(2.5)
    assert found["bcc_peers"][1] == pytest.approx({"Ash": 0.5, "Cedar": 0.5})
    assert [found["returns"][i] for i in (0, 2, 4)] == ["irs", "crs", "drs"]
    for figure in ("0.5000", "0.8333", "0.6250", "2.5"):
        assert figure in page
