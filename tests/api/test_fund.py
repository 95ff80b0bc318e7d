# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fund through HTTP: calls, receipts, payments, statements as pages, JSON and CSV; and that a reader of the journal
written in another language (tests/journal/books.py) comes to the same balances at any date."""
import csv
import io
import json
import pathlib
import subprocess
import sys

import pytest
import region as regions

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
LEDGERS = (("bank", "1002", "asset", None, "zero"), ("dues", "4001", "income", None, "none"),
           ("costs", "5001", "expense", None, "none"), ("owed1", "1131-A", "claim", 1, "none"),
           ("owed2", "1131-B", "claim", 2, "none"), ("owed3", "1131-C", "claim", 3, "none"))
LEDGER = {name: f"ledger/{i}" for i, (name, *_) in enumerate(LEDGERS, 1)}


def charter():
    """The tests' charter with a treasury, an audit, and a formula of half heads, half people."""
    made = regions.charter()
    made["institution"] += [{"type": "ledger", "on": "yes"}, {"type": "voucher", "on": "yes"}]
    made["term"].append(regions.term("fund.pay", 5, "days"))
    made["rule"].append({"name": "fund.pay", "silence": "absent", "early": "yes"})
    made["majority"].append({"rule": "fund.pay", "weight": "body", "of": "asked", "least": "2", "more": "no"})
    made["formula"] = [{"name": "fund.call", "by": "equal", "parts": 1}, {"name": "fund.call", "by": "population", "parts": 1}]
    made["bodies"] += [{"as": "treasury", "names": regions.names("基金办", "Treasury"), "kind": "office"},
                       {"as": "audit", "names": regions.names("审计组", "Audit"), "kind": "panel"}]
    return made


def appoint(place, name, body, office):
    place.register(name, place.links[body])
    mandate = getattr(place, name).make("/mandates/new/grant", holder=body, office=office, person=name, called="张海宁")
    getattr(place, name).act(f"/mandates/{mandate}/accept")


@pytest.fixture(scope="module")
def place(lianxi, tmp_path_factory):
    made = regions.found(lianxi, tmp_path_factory.mktemp("fund") / "region", **charter()).start(now=regions.NOON)
    appoint(made, "treasurer", "body/3", "treasurer")
    appoint(made, "auditor", "body/4", "auditor")
    for name, code, kind, member, floor in LEDGERS:
        number = made.treasurer.make("/ledgers/new/open", code=code, kind=kind, floor=floor, names=regions.names("科目", name),
                                     **({"member": f"member/{member}"} if member else {}))
        assert f"ledger/{number}" == LEDGER[name]
    yield made
    made.kill()


def posting(debit, credit, amount):
    return [{"ledger": LEDGER[debit], "side": "debit", "amount": amount},
            {"ledger": LEDGER[credit], "side": "credit", "amount": amount}]


def call(place, amount, **more):
    return place.treasurer.make("/vouchers/new/call", **{
        "text": "年度会费", "payer": "member/2", "basis": "charter/1", "due": "2035-01-31",
        "posting": posting("owed2", "dues", amount), **more})


def receipt(place, amount, settles, **more):
    return place.treasurer.make("/vouchers/new/receive", **{
        "text": "会费到账", "payer": "member/2", "settles": f"voucher/{settles}", "posting": posting("bank", "owed2", amount), **more})


def pay(place, amount, **more):
    number = place.treasurer.make("/vouchers/new/ask", text="工程款", payee="member/3", basis="charter/1",
                                  posting=posting("costs", "bank", amount))
    both(place, f"/vouchers/{number}/pay", **more)
    return number


def both(place, act, **more):
    """An act of the treasurer's, with the voices of two organs."""
    place.treasurer.act(act, **more)
    say = act.rsplit("/", 1)[0] + "/say"
    place.treasurer.act(say, says="yes")
    place.auditor.act(say, says="yes")


def minor(value):
    return int(value["minor"])


def statement(place, what, **query):
    return place.nobody.read(f"/fund/{what}?" + "&".join(f"{k}={v}" for k, v in query.items()))


def adds_up(read, up="debit"):
    """Opening and lines lead to the closing balance, and each line to the next."""
    balance = minor(read["opening"])
    for line in read["lines"]:
        moved = minor(line["debit"]) - minor(line["credit"])
        balance += moved if up == "debit" else -moved
        assert minor(line["balance"]) == balance, line
    assert minor(read["closing"]) == balance
    assert sum(minor(line["debit"]) for line in read["lines"]) == minor(read["debit"])


@pytest.fixture(scope="module")
def told(place):
    """Some months of entries: two calls, one paid in two parts, a payment, a reversed receipt."""
    first = call(place, "1000.00", on="2026-01-10")
    for amount, on in (("400.00", "2026-02-01"), ("600.00", "2026-02-20")):
        number = receipt(place, amount, first, on=on)
        place.officer2.act(f"/vouchers/{number}/acknowledge")
    payment = pay(place, "250.50", on="2026-03-05")
    second = call(place, "80.00", on="2026-04-01")
    wrong = receipt(place, "80.00", second, on="2026-04-10")
    place.officer2.act(f"/vouchers/{wrong}/acknowledge")
    both(place, f"/vouchers/{wrong}/reverse", reason="重复登记。", on="2026-05-01")
    waiting = receipt(place, "30.00", second, on="2026-05-20", bank="6222 0210 0111 6245")
    return {"first": first, "payment": payment, "second": second, "wrong": wrong, "waiting": waiting}


def test_a_call_is_met_by_what_its_payer_acknowledged(place, told):
    assert place.nobody.read(f"/vouchers/{told['first']}")["state"] == "settled"
    assert place.nobody.read(f"/vouchers/{told['second']}")["state"] == "called"  # its receipt was reversed
    assert place.nobody.read(f"/vouchers/{told['wrong']}")["state"] == "reversed"


def test_who_records_does_not_confirm_and_two_organs_pay(place, told):
    place.treasurer.refused(f"/vouchers/{told['waiting']}/acknowledge", 403)
    place.officer3.refused(f"/vouchers/{told['waiting']}/acknowledge", 403)
    number = place.treasurer.make("/vouchers/new/ask", text="备用金", payee="member/3", basis="charter/1",
                                  posting=posting("costs", "bank", "5.00"))
    place.treasurer.act(f"/vouchers/{number}/pay")
    place.treasurer.act(f"/vouchers/{number}/say", says="yes")
    place.treasurer.refused(f"/vouchers/{number}/say", 403, says="yes")
    assert place.nobody.read(f"/vouchers/{number}")["state"] == "asked"
    place.auditor.act(f"/vouchers/{number}/say", says="no")
    place.treasurer.act(f"/vouchers/{number}/drop", reason="审计不同意。")


def test_the_fund_never_pays_what_it_has_not(place, told):
    number = place.treasurer.make("/vouchers/new/ask", text="超支", payee="member/3", basis="charter/1",
                                  posting=posting("costs", "bank", "749.51"))
    place.treasurer.refused(f"/vouchers/{number}/pay", 409, "voucher_floor")
    # there was enough in March, but not since
    place.treasurer.refused(f"/vouchers/{number}/pay", 409, "voucher_floor", on="2026-03-01")
    place.treasurer.act(f"/vouchers/{number}/drop", reason="超支。")


def test_bank_accounts_are_seen_by_treasurer_auditor_and_payer_alone(place, told):
    path = f"/vouchers/{told['waiting']}"
    for name in ("treasurer", "auditor", "officer2"):
        assert getattr(place, name).read(path)["bank"] == "6222 0210 0111 6245", name
    for name in ("nobody", "officer3", "secretary", "asker", "admin3"):
        assert "6245" not in json.dumps(getattr(place, name).read(path)), name


def test_statements_add_up_at_any_date(place, told):
    bank = statement(place, "ledgers/1", **{"from": "2026-01-01", "on": "2026-12-31"})
    adds_up(bank)
    assert minor(bank["closing"]) == 74950 and bank["total"] == 5
    march = statement(place, "ledgers/1", **{"from": "2026-02-10", "on": "2026-03-31"})
    assert (minor(march["opening"]), minor(march["closing"])) == (40000, 74950)
    adds_up(march)
    member = statement(place, "members/2", **{"from": "2026-01-01", "on": "2026-12-31"})
    adds_up(member)
    assert minor(member["closing"]) == 8000
    assert [line["state"] for line in member["lines"]][-2:] == ["reversed", "mirror"]
    assert minor(statement(place, "members/2", on="2026-04-15")["closing"]) == 0  # before the reversal held
    for line in member["lines"]:
        assert line["day"] <= "2026-12-31" and line["at"][:4] >= "2026" and line["entry"] > 0
    assert minor(statement(place, "money", on="2026-12-31")["closing"]) == 74950
    assert statement(place, "members/3", on="2026-12-31")["total"] == 0


def test_receipts_nobody_acknowledged_are_in_no_book(place, told):
    overview = place.nobody.read("/fund?from=2026-01-01&on=2026-12-31")
    assert minor(overview["recorded"]) == 3000 and minor(overview["balance"]) == 74950
    assert [(m["member"], minor(m["called"]), minor(m["received"]), minor(m["owed"])) for m in overview["members"]] == [
        ("member/2", 108000, 100000, 8000)]


def test_a_statement_is_the_same_as_csv_and_in_pages(place, told):
    rows = list(csv.DictReader(io.StringIO(place.nobody.get("/fund/members/2.csv?from=2026-01-01&on=2026-12-31").body.decode())))
    assert rows[0]["state"] == "opening" and rows[-1]["state"] == "closing"
    assert rows[-1]["balance"] == "80.00" and len(rows) == 8
    assert sum(round(float(r["debit"]) * 100) for r in rows[1:-1]) == round(float(rows[-1]["debit"]) * 100)
    only = statement(place, "members/2", **{"from": "2026-01-01", "on": "2026-12-31", "kind": "call"})
    assert {line["kind"] for line in only["lines"]} == {"call"} and "balance" not in only["lines"][0]
    for path, status in (("/fund/members/2?on=2026-02-30", 422), ("/fund/members/2?from=2027-01-01&on=2026-01-01", 422),
                         ("/fund/members/2?kind=nothing", 422), ("/fund/members/2?page=0", 422), ("/fund/members/99", 404),
                         ("/fund/ledgers/x", 404)):
        assert place.nobody.ask("GET", "/api/v1" + path).status == status, path


def test_the_trial_balance_proves_that_debit_is_credit(place, told):
    trial = place.nobody.read("/fund/balance?on=2026-12-31")
    assert minor(trial["debit"]) == minor(trial["credit"]) > 0
    assert sum(minor(row["debit"]) for row in trial["ledgers"]) == minor(trial["debit"])


def test_calls_by_the_formula_are_exact_and_entered_together(place, told):
    proposed = place.treasurer.read("/fund/calls?total=1000.01")
    shares = [minor(c["amount"]) for c in proposed["calls"]]
    assert sum(shares) == 100001
    # half by heads, half by 800, 100, 100 people; the coin that is left goes to the largest remainder
    assert shares == [56667, 21667, 21667]
    body = {"total": "1000.01", "text": "二〇二七年度会费", "due": "2035-03-31", "basis": "charter/1",
            "figures": proposed["figures"]}
    before = place.entries
    place.officer2.refused("/fund/calls", 403, **body)
    assert place.entries == before
    made = place.treasurer.send("/fund/calls", body, key="dues-2027")
    assert made.status == 201, made
    numbers = made.json()["vouchers"]
    assert [minor(place.nobody.read(f"/vouchers/{n}")["amount"]) for n in numbers] == shares
    after = place.entries
    assert after == before + 3
    again = place.treasurer.send("/fund/calls", body, key="dues-2027")
    assert again.json()["vouchers"] == numbers and place.entries == after
    other = place.treasurer.send("/fund/calls", {**body, "figures": "member/1:1"}, key="dues-2028")
    assert other.status == 409 and other.json()["code"] == "fund_changed"


def test_another_reader_comes_to_the_same_balances(place, told):
    """From the entries alone, in another language, at dates before, between and after what was booked."""
    days = ("2025-12-31", "2026-01-10", "2026-02-05", "2026-03-05", "2026-04-20", "2026-05-01", "2034-12-31")
    ours = {day: {f"ledger/{n}": statement(place, f"ledgers/{n}", **{"from": day, "on": day}) for n in range(1, len(LEDGERS) + 1)}
            for day in days}
    done = subprocess.run([sys.executable, str(TOP / "tests" / "journal" / "books.py"), str(place.database), *days],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout)
    nonzero = 0
    for day in days:
        for ledger, read in ours[day].items():
            balance = abs(minor(read["closing"]))
            nonzero += balance != 0
            assert balance == abs(theirs[day].get(ledger, 0)), (day, ledger)
        assert sum(theirs[day].values()) == 0
    assert nonzero > 12
    place.verify()
    place.start(now=regions.NOON)
