#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs what must pass, stage by stage, and says the minutes each took; stops at the first that fails.

    stages.py test | test-long | lint | fuzz | bench [STAGE …]      (names of stages: only these)

Every stage writes build/logs/<stage>.log; the end of a failed one is shown. The black-box tests come last and write
to the terminal, so that the last line is pytest's.
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build"
LOGS = BUILD / "logs"
RELEASE, CLANG, CHECKED, THREADS = (BUILD / name for name in ("release", "clang", "checked", "threads"))
CORES = os.cpu_count() or 1
SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}
FUZZ_MOST = 180  # seconds of a short fuzz run over all targets together


class Failed(Exception):
    """A stage did not pass; its log says why."""


class Stage:
    """One stage under way: runs programs into its log."""

    def __init__(self, name):
        self.name = name
        LOGS.mkdir(parents=True, exist_ok=True)
        self.path = LOGS / f"{name}.log"
        self.log = open(self.path, "w", encoding="utf-8")

    def note(self, line):
        print(f"  {line}", flush=True)
        print(line, file=self.log, flush=True)

    def run(self, *words, **more):
        """Runs a program; fails the stage when it fails."""
        words = [str(word) for word in words]
        print("$ " + " ".join(words[:20]), file=self.log, flush=True)
        done = subprocess.run(words, cwd=TOP, stdout=self.log, stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, **SANITIZERS, **more.pop("env", {})}, **more)
        if done.returncode != 0:
            raise Failed(f"{words[0]} ended with {done.returncode}")

    def tail(self, most=60):
        self.log.flush()
        return "\n".join(self.path.read_text(encoding="utf-8", errors="replace").splitlines()[-most:])


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=TOP, capture_output=True, text=True,
                            check=True)
    return [name for name in listed.stdout.splitlines() if (TOP / name).is_file()]


def configure(stage, folder, compiler, *options):
    """Configures a build folder as asked; a folder that stands is asked whether its options are these."""
    if not (folder / "build.ninja").exists():
        stage.run("meson", "setup", folder, *options, env={"CC": compiler})
        return
    known = json.loads(subprocess.run(["meson", "introspect", "--buildoptions", str(folder)], cwd=TOP, capture_output=True,
                                      check=True).stdout)
    now = {row["name"]: str(row["value"]).lower() for row in known}
    changed = [option for option in options if now.get(option[2:].split("=")[0]) != option.split("=")[1]]
    if changed:
        stage.run("meson", "configure", folder, *changed)
    stage.run("meson", "setup", "--reconfigure", folder)  # new templates and catalogues are found here


def programs(folder, wanted=lambda name: True):
    """The programs that a build folder can make, as paths in it."""
    rows = json.loads(subprocess.run(["meson", "introspect", "--targets", str(folder)], cwd=TOP, capture_output=True,
                                     check=True).stdout)
    return [os.path.relpath(row["filename"][0], folder) for row in rows if row["type"] == "executable" and wanted(row["name"])]


def compile_all(stage, folder, wanted=lambda name: True):
    stage.run("ninja", "-k", 0, "-C", folder, *programs(folder, wanted))


def house(stage):
    """The house lint and the catalogues: what needs no compiler."""
    stage.run(sys.executable, "tools/housecheck.py")
    stage.run(sys.executable, "tools/messages.py", LOGS / "messages.c", "web/messages")


def form(stage):
    """The form of C files, as make format leaves them."""
    stage.run("clang-format", "--dry-run", "-Werror", *tracked("*.c", "*.h"))


def peers(stage):
    """Outsiders' tools that Debian lacks; the tests say what could not be had."""
    stage.run("tools/peers")


def build_gcc(stage):
    """The release build, warnings as errors: the command, tests, benches and servers of tests."""
    configure(stage, RELEASE, "gcc", "-Dbuildtype=release", "-Dtests=true")
    compile_all(stage, RELEASE)


def build_clang(stage):
    """The same by clang, with sanitizers, as fuzz targets."""
    configure(stage, CLANG, "clang", "-Dbuildtype=debugoptimized", "-Dfuzzing=true", "-Db_sanitize=address,undefined",
              "-Db_lundef=false")
    compile_all(stage, CLANG)


def unit(stage):
    """Unit tests and saved corpora under the address and undefined sanitizers."""
    configure(stage, CHECKED, "gcc", "-Dbuildtype=debug", "-Doptimization=1", "-Db_sanitize=address,undefined")
    stage.run("meson", "test", "-C", CHECKED, "--print-errorlogs", "--timeout-multiplier", 3)


def threads(stage):
    """Unit tests under the thread sanitizer; saved corpora have no threads."""
    configure(stage, THREADS, "gcc", "-Dbuildtype=debug", "-Doptimization=1", "-Db_sanitize=thread")
    rows = json.loads(subprocess.run(["meson", "introspect", "--tests", str(THREADS)], cwd=TOP, capture_output=True,
                                     check=True).stdout)
    names = [row["name"] for row in rows if not row["name"].startswith("corpus ")]
    stage.run("meson", "test", "-C", THREADS, "--print-errorlogs", "--timeout-multiplier", 5, *names)


def tidy(stage):
    """clang-tidy over every C file of the rooms."""
    configure(stage, CLANG, "clang", "-Dbuildtype=debugoptimized", "-Dfuzzing=true", "-Db_sanitize=address,undefined",
              "-Db_lundef=false")
    stage.run("ninja", "-C", CLANG, *generated(CLANG))
    known = {os.path.relpath((CLANG / row["file"]).resolve(), TOP)
             for row in json.loads((CLANG / "compile_commands.json").read_text(encoding="utf-8"))}
    names = [name for name in tracked("base", "engines", "kernel", "modules", "cli") if name in known]
    stage.run("xargs", "-d", "\n", "-P", CORES, "-n", 4, "clang-tidy", "--quiet", "-p", CLANG,
              stdin=listing(names))


def generated(folder):
    rows = json.loads(subprocess.run(["meson", "introspect", "--targets", str(folder)], cwd=TOP, capture_output=True,
                                     check=True).stdout)
    return [os.path.relpath(row["filename"][0], folder) for row in rows if row["type"] == "custom"]


def listing(names):
    path = LOGS / "names"
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
    return open(path, encoding="utf-8")


def fuzz(stage, seconds):
    """Each target for some seconds, as many at a time as there are cores; finds go to build/corpus."""
    build_clang(stage)
    targets = sorted(programs(CLANG, lambda name: name.startswith("fuzz_")))
    waiting, running = list(targets), []
    while waiting or running:
        while waiting and len(running) < CORES:
            running.append(start_fuzz(CLANG / waiting.pop(0), seconds))
        for row in [row for row in running if row[1].poll() is not None]:
            running.remove(row)
            finish_fuzz(stage, *row)
        time.sleep(0.2)


def start_fuzz(program, seconds):
    name = program.name.removeprefix("fuzz_")
    found = BUILD / "corpus" / name
    found.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"fuzz_{name}.log"
    words = [program, f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", f"-artifact_prefix={LOGS}/{name}-",
             "-print_final_stats=1", found, TOP / "tests" / "fuzz" / "corpus" / name]
    with open(path, "wb") as log:
        return name, subprocess.Popen(words, cwd=TOP, stdout=log, stderr=log, env={**os.environ, **SANITIZERS}), path


def finish_fuzz(stage, name, process, path):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    stats = dict(line.removeprefix("stat::").split(":", 1) for line in lines if line.startswith("stat::"))
    stage.note(f"fuzz {name}: {stats.get('number_of_executed_units', '?').strip()} inputs")
    if process.returncode != 0:
        print("\n".join(lines[-60:]), file=stage.log)
        raise Failed(f"fuzz {name} ended with {process.returncode}; the input stands in {LOGS}/{name}-*")


def short_fuzz(stage):
    build_clang(stage)
    n = len(programs(CLANG, lambda name: name.startswith("fuzz_")))
    fuzz(stage, max(3, min(10, FUZZ_MOST * CORES // max(n, 1))))


def long_fuzz(stage):
    fuzz(stage, int(os.environ.get("FUZZ_SECONDS", "600")))


def black_box(long):
    """pytest over tests/, against the release binary; its output is ours, its last line the last."""
    environment = {**os.environ, "LIANXI": str(RELEASE / "cli" / "lianxi"), "LIANXI_BUILD": str(RELEASE),
                   "LIANXI_TESTSERVERS": str(RELEASE / "kernel" / "http"), **({"LIANXI_LONG": "1"} if long else {})}
    words = [sys.executable, "-m", "pytest", "tests", "-q", "-rs", "--durations=10", "-p", "no:cacheprovider"]
    return subprocess.run(words, cwd=TOP, env=environment, check=False).returncode


def bench(stage):
    """Benches beside their peers, one after the other (all, or those named); tables to the terminal."""
    build_gcc(stage)
    for path in sorted((TOP / "bench").glob("*.py")):
        if sys.argv[2:] and path.stem not in sys.argv[2:]:
            continue
        print(f"\n## {path.stem}\n", flush=True)
        if subprocess.run([sys.executable, str(path)], cwd=TOP, check=False).returncode != 0:
            raise Failed(f"{path.name} did not end well")


TEST = [("house", house), ("form", form), ("gcc", build_gcc), ("clang", build_clang), ("unit", unit), ("threads", threads), ("fuzz", short_fuzz),
        ("peers", peers)]
PLANS = {
    "test": TEST,
    "test-long": [row for row in TEST if row[0] != "fuzz"] + [("tidy", tidy), ("fuzz", long_fuzz)],
    "lint": [("house", house), ("form", form), ("tidy", tidy)],
    "fuzz": [("fuzz", long_fuzz)],
    "bench": [("bench", bench)],
}


def processor():
    """Seconds of processor time of everything that was run; minutes on a busy machine say little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_stage(name, work, table):
    print(f"stage {name} …", flush=True)
    stage, begun, before = Stage(name), time.monotonic(), processor()
    try:
        work(stage)
    except Failed as failed:
        print(f"{stage.tail()}\n\nstage {name}: {failed} (the whole of it: {os.path.relpath(stage.path, TOP)})", flush=True)
        raise SystemExit(1) from None
    table.append((name, time.monotonic() - begun, processor() - before))
    print(f"stage {name}: {table[-1][1] / 60:.1f} min", flush=True)


def main():
    plan = sys.argv[1] if len(sys.argv) > 1 else ""
    if plan not in PLANS:
        raise SystemExit(__doc__)
    only, table = sys.argv[2:], []
    if os.environ.get("LIANXI_STARTED"):
        table.append(("install", time.time() - int(os.environ["LIANXI_STARTED"]), 0))
    for name, work in PLANS[plan]:
        if not only or name in only or plan == "bench":
            run_stage(name, work, table)
    table.append(("so far", sum(row[1] for row in table), sum(row[2] for row in table)))
    print("\nstage     minutes  of processor")
    print("".join(f"{name:10}{wall / 60:7.1f}{used / 60:14.1f}\n" for name, wall, used in table), flush=True)
    if plan in ("test", "test-long") and (not only or "pytest" in only):
        raise SystemExit(black_box(plan == "test-long"))


if __name__ == "__main__":
    main()
