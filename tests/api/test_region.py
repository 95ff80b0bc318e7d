# SPDX-License-Identifier: AGPL-3.0-or-later
"""The region that the other tests use: founded, adopted, verified; a need's way through it."""
from region import carry


def test_a_founded_region_verifies(region):
    assert region.asker.read("/account")["resident"]
    assert not region.stranger.read("/account")["resident"]
    assert {m["office"] for m in region.admin1.read("/account")["mandates"]} == {"administrator"}
    number = carry(region, "closed")
    assert region.nobody.read(f"/needs/{number}")["solved"] == "partly"
    region.verify()
