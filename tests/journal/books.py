#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fund's balances from the journal alone, for comparing with the statements: books.py DATABASE DAY…

Reads the entries with reader.py, which knows no institution, and adds up what modules/fund/README.md says stands in the books: the
lines of vouchers in the states called, settled, reversed and mirror, from their day on. Prints {day: {ledger: debit less credit}}.
"""
import json
import pathlib
import subprocess
import sys

BOOKED = {"called", "settled", "reversed", "mirror"}


def vouchers(database):
    """The state of every voucher, as the independent reader tells it."""
    own = pathlib.Path(__file__).resolve().parent / "reader.py"
    done = subprocess.run([sys.executable, str(own), database, "--open", "--type", "voucher"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def balances(records, day):
    sums = {}
    for record in records.values():
        fields = record["fields"]
        if fields["state"] not in BOOKED or fields["day"] > day:
            continue
        for line in record["rows"]["posting"].values():
            amount = int(line["amount"])
            sums[line["ledger"]] = sums.get(line["ledger"], 0) + (amount if line["side"] == "debit" else -amount)
    return sums


def main():
    records = vouchers(sys.argv[1])
    records = records.get("records", records)
    json.dump({day: balances(records, day) for day in sys.argv[2:]}, sys.stdout)


if __name__ == "__main__":
    main()
