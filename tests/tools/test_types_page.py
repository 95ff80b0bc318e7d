# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/types.md says what the binary says."""
import pathlib

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


def test_the_page_of_types_is_what_the_tables_say(lianxi):
    page = (TOP / "docs" / "types.md").read_text(encoding="utf-8")
    drawn = page[page.index("\n## ") + 1:]
    assert drawn == lianxi("types").stdout, "docs/types.md is not fresh: make docs"
