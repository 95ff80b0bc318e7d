# SPDX-License-Identifier: AGPL-3.0-or-later
"""A region in which the script of docs/the-loop-by-curl.md can be run: it has a fund, and its conference may object for no time at all."""
import json
import os
import pathlib
import subprocess

import region as regions
from region import PASSWORD, Region, names, term

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "the-loop-by-curl.sh"


def charter():
    made = regions.charter()
    made["institution"] += [{"type": "ledger", "on": "yes"}, {"type": "voucher", "on": "yes"}]
    made["term"] = [t for t in made["term"] if t["name"] != "round.object"] + [term("round.object", 0, "hours"), term("fund.pay", 5, "days")]
    made["rule"].append({"name": "fund.pay", "silence": "absent", "early": "yes"})
    made["majority"].append({"rule": "fund.pay", "weight": "body", "of": "asked", "least": "2", "more": "no"})
    made["bodies"] += [{"as": "treasury", "names": names("基金办", "Treasury"), "kind": "office"},
                       {"as": "audit", "names": names("审计组", "Audit"), "kind": "panel"}]
    return made


def found(lianxi, folder):
    """Founds it, with everybody the script needs, and serves it."""
    file = folder.parent / "charter.json"
    file.write_text(json.dumps(charter(), ensure_ascii=False))
    printed = lianxi("init", folder, "--charter", file).stdout
    links = {line.split()[0]: line.split()[-1] for line in printed.splitlines() if "/first/" in line}
    own = Region(lianxi, folder).start()
    regions.populate(own, links)
    for body, name in (("body/3", "treasurer"), ("body/4", "auditor")):
        own.register(name, links[body])
        own.grant(name, name, body, name)
    return own


def run(port):
    """The script as it stands, against a port."""
    return subprocess.run([SCRIPT, f"http://127.0.0.1:{port}", "asker", "secretary", "treasurer", "auditor",
                           *(f"{n}=officer{n},delegate{n}" for n in (2, 3, 1))],
                          capture_output=True, text=True, timeout=300, env={**os.environ, "LIANXI_PASSWORD": PASSWORD})
