# SPDX-License-Identifier: AGPL-3.0-or-later
"""`lianxi import pabulib`: real elections become rounds in state imported; what is exported is imported again as the same file."""
import json

import pytest
import region as regions

SMALLEST, LARGEST = "Poland_Warszawa_2018_Pole_Mokotowskie", "Poland_Krakow_2024"
ON = [{"type": t, "on": "yes"} for t in ("need", "commitment", "round", "project")]


@pytest.fixture(scope="module")
def warsaw(lianxi, tmp_path_factory):
    """A region whose money is the złoty, stopped."""
    return regions.found(lianxi, tmp_path_factory.mktemp("region") / "warsaw", currency="PLN", institution=ON)


@pytest.fixture()
def place(warsaw, tmp_path):
    return warsaw.copy(tmp_path / "place")


def pb(shared, name):
    return shared / "data" / "pabulib" / f"{name}.pb"


def reference(shared, name, rule):
    outcome = json.loads((shared / "reference" / "tally" / f"{name}.json").read_text())["outcomes"][rule]
    return outcome.get("pabutools") or outcome["second_implementation"]


def imported(lianxi, place, file, *words):
    said = lianxi("import", "pabulib", file, "--region", place.folder, *words).stdout
    return int(said.split("round ")[1].split()[0].rstrip(".")), said


def exported(lianxi, place, number):
    return lianxi("export", f"rounds/{number}", "--region", place.folder, "--format", "pb").stdout


def record(lianxi, place, number):
    rounds = json.loads(lianxi("export", "rounds", "--region", place.folder, "--format", "json").stdout)["rounds"]
    return next(r for r in rounds if r["number"] == number)


def check_election(lianxi, place, shared, name, rule, words, tmp_path):
    number, _ = imported(lianxi, place, pb(shared, name), *words)
    became = record(lianxi, place, number)
    told = reference(shared, name, rule)
    assert became["state"] == "imported" and became["result"]["winners"] == told["winners"]
    assert float(became["result"]["total_cost"]) == float(told["total_cost"])
    meta = dict(line.split(";", 1) for line in pb(shared, name).read_text().split("PROJECTS")[0].splitlines()[2:])
    assert became["voters"] == int(meta["num_votes"]) == became["roll_size"]
    assert len(became["entrant"]) == int(meta["num_projects"])
    # nothing that a round of the region's own would have
    assert not became["consents"] and not became["sample"] and became["roll_hash"] is None and became["key"] is None
    once = exported(lianxi, place, number)
    again = tmp_path / "again.pb"
    again.write_text(once, newline="")
    other, _ = imported(lianxi, place, again, *words)
    assert other != number and exported(lianxi, place, other) == once
    votes = once.split("VOTES\n")[1].splitlines()
    assert votes[0] == "voter_id;vote"  # no age, no sex, no district of a voter
    place.verify()
    return became


def test_the_smallest_election(lianxi, place, shared, tmp_path):
    became = check_election(lianxi, place, shared, SMALLEST, "greedy:cost", (), tmp_path)
    assert [e["outcome"] for e in became["entrant"]] == ["won"]
    assert became["rule"] == "greedy-threshold" and became["threshold"] == 1


def test_the_largest_election(lianxi, place, shared, tmp_path):
    check_election(lianxi, place, shared, LARGEST, "mes:borda", ("--rule", "mes", "--utility", "borda"), tmp_path)


def test_what_the_city_decided_otherwise_has_its_reason(lianxi, place, shared):
    """Kraków counts points of rankings; by votes for money others would be funded: an override, with what differs."""
    number, _ = imported(lianxi, place, pb(shared, LARGEST))
    became = record(lianxi, place, number)
    selected = {s[0] for s in json.loads((shared / "reference" / "tally" / f"{LARGEST}.json").read_text())["selected_column"]
                if s[1] == 1}
    assert {e["code"] for e in became["entrant"] if e["outcome"] == "won"} == selected != set(became["result"]["winners"])
    place.start()
    entries = [place.nobody.read(f"/record/{n}") for n in range(place.entries - 6, place.entries + 1)]
    last = next(e.get("entry", e) for e in entries if e.get("entry", e).get("act") == "round.import")
    assert last["reason"].startswith("content/") and last["on"] == "2024-09-27" and last["by"].startswith("mandate/")
    page = place.nobody.get(f"/rounds/{number}/result", Accept="text/html", Accept_Language="en").body.decode()
    assert "Decided otherwise" in page


def test_a_city_that_says_nothing_is_given_no_outcome(lianxi, place, shared):
    number, _ = imported(lianxi, place, pb(shared, "Poland_Zabrze_2020_Osiedle_Mlodego_Gornika"))
    became = record(lianxi, place, number)
    assert became["entrant"][0]["outcome"] is None and became["result"]["winners"] == ["P0028"]


@pytest.mark.parametrize("change, place_of, words", [
    (("budget;21064", "budget;0"), "line 11, column 8", ""),
    (("658;21064;8", "658;x;8"), "line 26, column 5", ""),
    (("658;21064;8", "658;21064.005;8"), "line 26", "PLN"),
    (("30397;658", "30397;659"), "line 29, column 7", "659"),
    (("currency;PLN", "currency;EUR"), "line 21, column 10", "PLN"),
    (("rule;greedy-threshold", "rule;by hand"), "line 13, column 6", "by hand"),
    (("658;21064;8;Dobre", "zażółć;21064;8;Dobre"), "line 26, column 1", ""),
    (("num_votes;8", "num_votes;9"), "line 10", ""),
])
def test_a_file_that_cannot_be_imported_leaves_nothing(lianxi, place, shared, tmp_path, change, place_of, words):
    text = pb(shared, SMALLEST).read_text().replace(*change)
    if "zażółć" in text:
        text = text.replace(";658;", ";zażółć;")
    file = tmp_path / "changed.pb"
    file.write_text(text)
    before = lianxi("verify", place.folder).stdout
    done = lianxi("import", "pabulib", file, "--region", place.folder, code=None)
    assert done.returncode in (2, 3) and place_of in done.stderr and words in done.stderr, done.stderr
    assert lianxi("verify", place.folder).stdout == before


def test_the_same_file_is_not_imported_twice(lianxi, place, shared):
    number, _ = imported(lianxi, place, pb(shared, SMALLEST))
    before = lianxi("verify", place.folder).stdout
    again, said = imported(lianxi, place, pb(shared, SMALLEST))
    assert again == number and "before" in said and lianxi("verify", place.folder).stdout == before


def test_only_the_secretariat_imports(lianxi, place, shared):
    place.start()
    mandate = next(m["number"] for m in place.officer1.read("/account")["mandates"])
    place.stop()
    done = lianxi("import", "pabulib", pb(shared, SMALLEST), "--region", place.folder, "--as", mandate, code=3)
    assert "secretariat" in done.stderr
