# SPDX-License-Identifier: AGPL-3.0-or-later
"""Help that teaches: every example runs; manual pages and completion say the same; results as JSON; colours and bars for terminals only."""
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess

import pytest

from region import charter

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
ELECTION = """META
key;value
description;Paths
country;Poland
unit;Toruń
instance;2021
num_projects;3
num_votes;4
budget;1000
vote_type;approval
rule;greedy
date_begin;2021-06-01
date_end;2021-06-30
currency;PLN
min_length;1
max_length;3
PROJECTS
project_id;cost;name;selected
1;600;A path;1
2;400;Benches;1
3;500;Trees;0
VOTES
voter_id;vote
1;1,2
2;1
3;2,3
4;1,3
"""
FILES = {
    "charter.json": json.dumps(charter(), ensure_ascii=False), "election.pb": ELECTION,
    "votes.csv": "voter_id,vote\n1,\"1,2\"\n2,1\n3,\"2,3\"\n", "projects.csv": "project_id,cost,name\n1,600,A path\n2,400,Benches\n3,500,Trees\n",
    "costs.csv": "members;cost\nA;60\nB;50\nC;40\nA+B;90\nA+C;80\nB+C;70\nA+B+C;120\n",
    "texts.csv": "id,text\n1,跨市公交间隔太长\n2,跨市公交间隔太久\n3,河水变黑\n",
    "answer.json": '{"outcome":"done","answer":"已于一月一日起加密到十五分钟一班。"}',
    "needs.csv": "title,text,kind,category\n夜班车太少,末班车太早，晚归的人没有车。,proposal,transport\n",
}


def commands(lianxi):
    listed = lianxi("--help").stdout
    return re.findall(r"^  ([a-z]+) {2,}", listed, re.M)


def examples(lianxi, command):
    """The lines that a command's help shows, each with its sentence below."""
    said = lianxi(command, "--help").stdout
    shown = said.split("\nExamples:\n")
    assert len(shown) == 2, f"{command} has no examples"
    lines = re.findall(r"^  (lianxi .*)\n((?: {6}.*\n)+)", shown[1], re.M)
    assert lines and all(line.split()[1] == command for line, _ in lines), said
    return [line for line, _ in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("examples")
    for name, text in FILES.items():
        (made / name).write_text(text)
    shutil.copytree(FIXTURES / "consensus" / "lake", made / "discussion")
    shutil.copy(FIXTURES / "appraise" / "cities.csv", made / "cities.csv")
    shutil.copy(FIXTURES / "appraise" / "plants.csv", made / "offices.csv")
    return made


def shell(lianxi, folder, line):
    path = f"{pathlib.Path(lianxi.path).parent}:{os.environ['PATH']}"
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, timeout=300,
                          env={**os.environ, "PATH": path, "LC_ALL": "en_GB.UTF-8"})


def begin(lianxi, folder, line):
    """A server of an example, which is left to run until it has said where."""
    words = [lianxi.path, *line.split()[1:]]
    if "--listen" not in words:
        words += ["--listen", "127.0.0.1:0"]
    words = ["127.0.0.1:0" if word.startswith("127.0.0.1:") else word for word in words]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "LC_ALL": "en_GB.UTF-8"})
    said = process.stdout.readline()
    return process, re.search(r"http://[0-9.:]+\d", said).group()


def end(process):
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=30)[1]
    assert process.returncode == 0, log


def test_every_example_runs(lianxi, folder):
    """In the order of the help, in one folder; an address stands for the demonstration region, served meanwhile."""
    order = ["init", "demo", "serve", "keygen", "sign", "types", "tally", "share", "ground", "similar", "appraise", "verify", "mirror", "export",
             "import", "erase", "rebuild", "backup", "restore", "manual"]
    assert sorted(order) == sorted(commands(lianxi))
    for command in order:
        for line in examples(lianxi, command):
            if command == "serve":
                end(begin(lianxi, folder, line)[0])
                continue
            server = None
            if "https://delta.example" in line:
                server, address = begin(lianxi, folder, "lianxi serve region")
                line = line.replace("https://delta.example", address)
            done = shell(lianxi, folder, line)
            if server is not None:
                end(server)
            assert done.returncode == 0, f"{line}: {done.stderr or done.stdout}"
    for name in ("map.svg", "charter.schema.json", "round.pb", "all-needs.csv", "region.backup", "copy/log/checkpoint"):
        assert (folder / name).stat().st_size > 0


def test_help_fits_a_terminal_in_both_languages(lianxi):
    for command in commands(lianxi):
        for lang in ("en", "zh"):
            said = lianxi(command, "--help", "--lang", lang).stdout
            assert "cli." not in re.sub(r"https?://\S+|\S+\.(?:pb|csv|json|svg|index|backup|key)\b", "", said), said
            for line in said.splitlines():
                if not line.startswith(("  lianxi", "  --", "lianxi")):
                    width = sum(2 if ord(c) > 0x2e7f else 1 for c in line)
                    assert width <= 98 and line == line.rstrip(), line
                    assert not re.match(r"\s*[，。；：、）”？！]", line) and not line.endswith(("（", "“")), line


RESULTS = [("init delta2 --charter charter.json", {"region", "links"}), ("keygen delta2 --witness w.example/2", {"keys", "key"}),
           ("keygen other.key --person", {"file", "algorithm", "key"}),
           ("backup delta2 delta2.backup", {"file"}), ("restore delta2.backup delta3", {"region", "entries", "root"}),
           ("rebuild delta2", {"region"}), ("verify delta2 --recount", {"entries", "root", "recounted"}), ("manual pages2", {"folder"}),
           ("tally election.pb", None), ("share --from-costs costs.csv", None), ("ground discussion", None), ("appraise offices.csv --method ccr", None),
           ("types", None), ("similar build two.index texts.csv", None), ("similar query two.index 公交", None)]


def test_every_result_is_json_too(lianxi, folder):
    """One value on standard output, nothing else there, and `ok` says what the exit code says."""
    for line, keys in RESULTS:
        done = shell(lianxi, folder, f"lianxi {line} --format json")
        assert done.returncode == 0, f"{line}: {done.stderr}"
        value = json.loads(done.stdout)
        if keys is not None:
            assert set(value) == keys | {"ok"} and value["ok"] is True, line
    for command in commands(lianxi):
        options = re.findall(r"^  --(\S+)(.*)$", lianxi(command, "--help").stdout, re.M)
        formats = [rest for name, rest in options if name == "format"]
        assert formats or command in ("serve", "sign"), f"{command} has no --format"  # the one serves, the other writes JSON always


def test_a_wrong_record_is_told_as_json(lianxi, folder, tmp_path):
    shutil.copytree(folder / "delta2", tmp_path / "bent")
    subprocess.run(["/usr/bin/python3", "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
                    "c.execute(\"UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'charter', 'chartre') AS BLOB) WHERE n = 1\"); c.commit()",
                    tmp_path / "bent" / "lianxi.db"], check=True)
    done = lianxi("verify", tmp_path / "bent", "--format", "json", code=1)
    value = json.loads(done.stdout)
    assert value["ok"] is False and value["fault"] and value["code"]


# ---- manual pages and completion ----

@pytest.fixture(scope="module")
def manual(lianxi, tmp_path_factory):
    made = tmp_path_factory.mktemp("manual")
    lianxi("manual", made)
    return made


def test_manual_pages_are_whole(lianxi, manual):
    """A page each and one of all, in both languages, without a fault by mandoc, with every option and example of the help."""
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    names = {"lianxi.1", *(f"lianxi-{command}.1" for command in commands(lianxi))}
    for lang, where in (("en", "man1"), ("zh", "zh_CN/man1")):
        assert {page.name for page in (manual / where).iterdir()} == names
        for page in (manual / where).iterdir():
            said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True, check=False).stdout
            faults = [line for line in said.splitlines() if "missing date" not in line]
            assert not faults, faults[:5]
            if page.name == "lianxi.1":
                continue
            shown = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=400", page], capture_output=True, text=True, check=True).stdout
            shown = re.sub(r".\x08", "", shown)
            helped = lianxi(page.stem.removeprefix("lianxi-"), "--help", "--lang", lang).stdout
            for option in re.findall(r"^  (--\S+)", helped, re.M):
                assert option in shown, (page.name, option)
            for line in re.findall(r"^  (lianxi .+)$", helped, re.M):
                assert line in shown, (page.name, line)


def completes(manual, *words):
    """What bash offers for the last word."""
    script = f'. {manual}/lianxi.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lianxi; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "--norc", "-c", script, "-", *words], capture_output=True, text=True, cwd=manual, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_bash_completes(lianxi, manual):
    assert completes(manual, "lianxi", "") == {*commands(lianxi), "--help", "--version"}
    assert completes(manual, "lianxi", "ver") == {"verify"}
    assert completes(manual, "lianxi", "verify", "--re") == {"--recount"}
    assert completes(manual, "lianxi", "tally", "--format", "") == {"text", "json", "csv"}
    assert completes(manual, "lianxi", "tally", "x.pb", "--lang", "z") == {"zh"}
    assert completes(manual, "lianxi", "serve", "--listen", "") == set()
    assert completes(manual, "lianxi", "init", "delta", "--charter", "lianx") == {"lianxi.bash"}
    for command in commands(lianxi):
        said = lianxi(command, "--help").stdout
        assert completes(manual, "lianxi", command, "--") == set(re.findall(r"^  (--\S+)", said, re.M)), command


def test_zsh_completes(manual):
    """In a real interactive zsh: Tab behind the beginning of an option."""
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    script = f"""
zmodload zsh/zpty
zpty -b z zsh -f -i
zpty -w z "PS1=READY; fpath=({manual} \\$fpath); autoload -U compinit; compinit -u -D; bindkey '^I' complete-word"
sleep 2
zpty -w -n z $'lianxi verify --rec\\t'
sleep 2
zpty -w -n z $'\\C-ulianxi tally --utility posi\\t'
sleep 2
zpty -r z out; zpty -r z more; zpty -r z rest; zpty -r z last
print -r -- "$out$more$rest$last"
zpty -d z
"""
    done = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|.\x08", "", done.stdout)
    assert "--recount" in shown and "positional" in shown, done.stdout + done.stderr


# ---- terminals ----

def on_terminal(lianxi, words, folder, **environment):
    """The command with a terminal for everything it writes; what it showed, and its exit code."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(lianxi.path, [lianxi.path, *words], {**kept, "LC_ALL": "en_GB.UTF-8", "TERM": "xterm", **environment})
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:
        pass  # the other end is closed
    os.close(terminal)
    return shown.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_colours_are_for_terminals(lianxi, folder):
    for words in (["verify", "--help"], ["--help"], ["nonsense"]):
        plain = lianxi(*words, code=None)
        assert "\033" not in plain.stdout + plain.stderr
        coloured, _ = on_terminal(lianxi, words, folder)
        assert "\033[" in coloured
        without, _ = on_terminal(lianxi, words, folder, NO_COLOR="1")
        assert "\033" not in without
        assert re.sub(r"\033\[[0-9]+m", "", coloured) == without
        assert on_terminal(lianxi, words, folder, NO_COLOR="")[0] == coloured  # no-color.org: set, and not empty


@pytest.mark.parametrize("words", [["demo", "{new}"], ["verify", "{demo}"], ["rebuild", "{demo}"], ["export", "needs", "--region", "{demo}", "--format", "json"],
                                   ["ground", "discussion"]])
def test_long_work_shows_a_bar_on_a_terminal_only(lianxi, folder, tmp_path, words):
    if not (folder / "region").exists():
        lianxi("demo", folder / "region")
    given = [word.format(new=tmp_path / "new", demo=folder / "region") for word in words]
    shown, code = on_terminal(lianxi, given, folder)
    assert code == 0 and re.search(r"\r.* \[=* *\] +\d+ %", shown), shown[-500:]
    quiet = [word.format(new=tmp_path / "quiet", demo=folder / "region") for word in words]
    done = subprocess.run([lianxi.path, *quiet], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == ""
