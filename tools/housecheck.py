#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The house lint: what the style asks and no compiler checks.

    housecheck.py [FOLDER …]      (default: the whole tree; exit 1 when something is found)

Refuses: arrows pointing the wrong way between rooms; a module that includes another's inner header;
functions that have one home (malloc, free, time, rand …) outside it; unbounded string functions; SQL
outside queries and the store; markup in C strings; functions over 100 lines, files over 600; a room
without README; a public function without a comment; a file without SPDX line.
"""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("base", "engines", "kernel", "modules", "cli")
MAY_INCLUDE = {
    "base": {"base"},
    "engines": {"base", "engines"},
    "kernel": {"base", "kernel"},
    "modules": {"base", "engines", "kernel", "modules"},
    "cli": {"base", "engines", "kernel", "modules", "cli"},
}
# name -> files that may call it
HOMES = {
    "malloc": ("base/memory.c",), "calloc": ("base/memory.c",), "realloc": ("base/memory.c",),
    "free": ("base/memory.c",), "strdup": (), "strcpy": (), "strcat": (), "sprintf": (), "vsprintf": (),
    "strtok": (), "gets": (), "system": (), "popen": (), "alloca": (), "atoi": (), "atol": (), "atof": (),
    "rand": (), "srand": (), "random": (), "srandom": (), "exit": (), "abort": (),
    "time": (), "gettimeofday": (), "localtime": (), "gmtime": (), "strftime": (), "mktime": (),
    "clock_gettime": ("cli/clock.c", "kernel/http/reaper.c", "kernel/store/pool.c"), "getrandom": ("cli/clock.c",),
    "getenv": ("cli/main.c",),
}
FUNCTION_MOST, FILE_MOST = 100, 600


def strip_code(text):
    """The text with comments and strings blanked, line breaks kept; and the strings with their lines."""
    strings, out, line = [], [], 1
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    at = 0
    for match in pattern.finditer(text):
        out.append(text[at:match.start()])
        line += text[at:match.start()].count("\n")
        token = match.group(0)
        if token[0] == '"':
            strings.append((line, token[1:-1]))
            out.append('""')
        elif token[0] == "'":
            out.append("' '")
        else:
            out.append("\n" * token.count("\n") or " ")
        line += token.count("\n")
        at = match.end()
    out.append(text[at:])
    return "".join(out), strings


def includes(path, text, faults):
    room = path.parts[0]
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        target = pathlib.PurePosixPath(match.group(1))
        other = target.parts[0]
        if other in ROOMS and other not in MAY_INCLUDE[room]:
            faults.append(f"{path}:{number}: {room}/ may not include {target}")
        for deep in ("engines", "modules"):
            if room == other == deep and len(target.parts) > 2 and target.parts[1] != path.parts[1]:
                if target.stem != target.parts[1]:
                    faults.append(f"{path}:{number}: only {target.parts[1]}/{target.parts[1]}.h is public")


def calls(path, code, faults):
    if path.name.endswith("_test.c"):
        return
    for name, homes in HOMES.items():
        if str(path) in homes:
            continue
        for match in re.finditer(r"(?<![\w.>])" + name + r"\s*\(", code):
            number = code.count("\n", 0, match.start()) + 1
            faults.append(f"{path}:{number}: {name}() has its one home in {' '.join(homes) or 'no file'}")


def texts(path, strings, faults):
    if path.name.endswith("_test.c"):
        return
    sql_home = path.name.endswith("_queries.c") or path.parts[:2] == ("kernel", "store") or path.name == "schema.c"
    for number, text in strings:
        if not sql_home and re.match(r"\s*(SELECT\s.+FROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s)", text):
            faults.append(f"{path}:{number}: SQL belongs into *_queries.c")
        markup = re.search(r"</?(a|b|p|div|span|table|td|tr|th|h[1-6]|ul|ol|li|form|input|script|html|body)[ >]", text)
        svg_home = path.name.startswith("svg")
        if markup and not svg_home:
            faults.append(f"{path}:{number}: markup belongs into a template: {markup.group(0)}")


def sizes(path, text, faults):
    lines = text.split("\n")
    if len(lines) > FILE_MOST + 1:
        faults.append(f"{path}: {len(lines)} lines, {FILE_MOST} at most")
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            if number - start - 1 > FUNCTION_MOST:
                faults.append(f"{path}:{start}: a function of {number - start - 1} lines, {FUNCTION_MOST} at most")
            start = None


def comments(path, text, faults):
    """A public function of a header stands under a comment; neighbours without blank line share one."""
    documented = False
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            documented = False
        elif line.rstrip().endswith("*/"):
            documented = True
        elif re.match(r"[a-z].*\blx_\w+\(.*", line) and not line.startswith(("static", "typedef", "#", "return")):
            if not documented:
                faults.append(f"{path}:{number}: a public function without a comment")


def check_file(path, faults):
    text = (TOP / path).read_text(encoding="utf-8")
    if "SPDX-License-Identifier: AGPL-3.0-or-later" not in text[:400]:
        faults.append(f"{path}: no SPDX line")
    if path.suffix not in (".c", ".h") or path.parts[0] not in ROOMS:
        return
    code, strings = strip_code(text)
    includes(path, text, faults)
    calls(path, code, faults)
    texts(path, strings, faults)
    sizes(path, text, faults)
    if path.suffix == ".h":
        comments(path, text, faults)


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, capture_output=True, text=True, check=True)
    only = tuple(sys.argv[1:])
    paths = [pathlib.PurePosixPath(p) for p in listed.stdout.split("\n") if p and (TOP / p).is_file()]
    paths = [p for p in paths if not only or str(p).startswith(only)]
    faults = []
    for path in paths:
        if path.suffix in (".c", ".h", ".py"):
            check_file(path, faults)
    for folder in sorted({p.parent for p in paths if p.suffix in (".c", ".h") and p.parts[0] in ROOMS}):
        if not (TOP / folder / "README.md").exists():
            faults.append(f"{folder}/: a room without README.md")
    print("\n".join(faults) if faults else f"housecheck: {len(paths)} files, nothing found")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
