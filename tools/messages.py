#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compiles the message catalogues into one C table, and checks them.

    messages.py OUT.c CATALOGUE_FOLDER

The folder holds zh-CN/*.po and en/*.po. A key must stand in both languages, once; a Chinese sentence
without Han characters, or equal to the English, is refused unless the key stands in same.txt; both must
fill in the same {0}, {1} ...
"""
import ast
import pathlib
import re
import sys

LANGUAGES = ("zh-CN", "en")


def read_po(path):
    """Key -> sentence of one PO file; plain msgid/msgstr pairs, continued lines, # comments."""
    found, key, part = {}, None, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        match = re.fullmatch(r'(msgid |msgstr |)(".*")', line)
        if not match:
            if line and not line.startswith("#"):
                raise SystemExit(f"{path}:{number}: not a line of a catalogue: {line}")
            continue
        text = ast.literal_eval(match.group(2))
        if match.group(1) == "msgid ":
            key, part = text, "id"
        elif match.group(1) == "msgstr ":
            if key in found:
                raise SystemExit(f"{path}:{number}: {key} stands twice")
            found[key], part = text, "str"
        elif part == "id":
            key += text
        else:
            found[key] += text
    found.pop("", None)
    return found


def read_language(folder):
    every = {}
    for path in sorted(folder.glob("*.po")):
        for key, text in read_po(path).items():
            if key in every:
                raise SystemExit(f"{path}: {key} stands in another catalogue too")
            every[key] = text
    return every


def check(zh, en, same):
    faults = [f"{key}: missing in Chinese" for key in sorted(en.keys() - zh.keys())]
    faults += [f"{key}: missing in English" for key in sorted(zh.keys() - en.keys()) if not key.endswith("+")]
    for key in sorted(zh.keys() & en.keys()):
        if not zh[key].strip() or not en[key].strip():
            faults.append(f"{key}: empty")
        if key not in same and (zh[key] == en[key] or not re.search(r"[\u3400-\u9fff]", zh[key])):
            faults.append(f"{key}: the Chinese is not Chinese: {zh[key]!r}")
        holes = [sorted(set(re.findall(r"\{\d\}", text))) for text in (zh[key], en[key])]
        if holes[0] != holes[1]:
            faults.append(f"{key}: fills in {holes[0]} in Chinese, {holes[1]} in English")
    return faults


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("??", '?" "?') + '"'


def main():
    out, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    zh, en = (read_language(folder / name) for name in LANGUAGES)
    for key in [key for key in en if key.endswith("+")]:
        zh.setdefault(key, zh.get(key[:-1], ""))  # Chinese has no plural
    same = set((folder / "same.txt").read_text(encoding="utf-8").split())
    faults = check(zh, en, same)
    if faults:
        raise SystemExit("message catalogues:\n" + "\n".join(faults))
    rows = [f"\t{{ {quoted(key)}, {{ {quoted(zh[key])}, {quoted(en[key])} }} }}," for key in sorted(en, key=str.encode)]
    out.write_text(
        '/* Generated from web/messages. */\n#include "base/message.h"\n\n'
        "const struct lx_message lx_messages[] = {\n" + "\n".join(rows) + "\n};\n"
        "const size_t lx_messages_n = sizeof lx_messages / sizeof lx_messages[0];\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
