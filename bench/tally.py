#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The speed of lianxi tally beside pabutools, in one run. Prints a Markdown table.

    LIANXI_SHARED=FOLDER bench/tally.py [BINARY_FOLDER]        (default: build/release)

pabutools (with gmpy2) is installed from PyPI into build/peers when it is not there; where it cannot be had
its column stays empty. Times are processor time, which other work on the machine disturbs least. Peer tasks that need more than PEER_SECONDS (of processor
time) are stopped and said so.
"""
import json
import multiprocessing
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
PEERS = TOP / "build" / "peers"
PEER_SECONDS = int(os.environ.get("PEER_SECONDS", "60"))
LODZ, PRAGA, WIELICZKA, BUDAPEST = ("Poland_Lodz_2022.pb", "Poland_Warszawa_2020_Praga-Poludnie.pb",
                                    "Poland_Wieliczka_2023_Green_Budget.pb", "Hungary_Budapest_2024.pb")


def have_peer():
    """Whether pabutools can be imported, after installing it once."""
    if not (PEERS / "pabutools").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), "pabutools", "gmpy2>=2.1.5"], check=False)
    return (PEERS / "pabutools").exists()


def peer_task(path, task, queue):
    """One task of pabutools in a process of its own: seconds of the rule, seconds with parsing."""
    resource.setrlimit(resource.RLIMIT_CPU, (PEER_SECONDS, PEER_SECONDS))
    sys.path.insert(0, str(PEERS))
    started = time.process_time()
    from pabutools.analysis.mesanalytics import calculate_effective_supports
    from pabutools.election import Cost_Sat, parse_pabulib
    from pabutools.rules import method_of_equal_shares, sequential_phragmen

    instance, profile = parse_pabulib(str(path))
    parsed = time.process_time()
    if task == "mes":
        method_of_equal_shares(instance, profile, Cost_Sat)
    elif task == "add1":
        method_of_equal_shares(instance, profile, Cost_Sat, voter_budget_increment=1)
    elif task == "phragmen":
        sequential_phragmen(instance, profile)
    elif task == "support":
        outcome = method_of_equal_shares(instance, profile, Cost_Sat)
        calculate_effective_supports(instance, profile, outcome, {"sat_class": Cost_Sat})
    ended = time.process_time()
    queue.put((ended - parsed, ended - started))


def peer(path, task):
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=peer_task, args=(path, task, queue))
    process.start()
    process.join()
    return queue.get() if not queue.empty() else None


def medians(binary, path, task, rounds=15):
    """The engine's own phases, in ms: medians of `bench_tally FILE TASK`, which prints one JSON line a round."""
    out = subprocess.run([binary, path, task, str(rounds)], capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def whole(binary, words, rounds=9):
    """Process start to printed result, in ms of processor time, the system's share included."""
    times = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([binary, "tally", *words], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
    return statistics.median(times)


def show(task, ours, theirs, aim):
    told, factor = "", ""
    if theirs is not None:
        told, factor = f"{theirs:.2f} s", f"{theirs * 1000 / ours:,.0f}"
    elif have_peer():
        told = f"over {PEER_SECONDS} s"
    print(f"| {task} | {told} | {ours:.2f} ms | {factor} | {aim} |", flush=True)


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TOP / "build" / "release")
    shared = pathlib.Path(os.environ["LIANXI_SHARED"])
    folder = shared / "data" / "pabulib"
    engine, command = build / "engines" / "tally" / "bench_tally", build / "cli" / "lianxi"
    print("| task | pabutools | lianxi | times faster | aim |\n| --- | --- | --- | --- | --- |")
    rule = [("Equal Shares (cost), Łódź 2022, rule only", LODZ, "mes", "1.5 ms"),
            ("Equal Shares (cost), Praga-Południe, rule only", PRAGA, "mes", "1.5 ms"),
            ("Phragmén, Praga-Południe, rule only", PRAGA, "phragmen", "5 ms"),
            ("Equal Shares + Add1, Wieliczka", WIELICZKA, "add1", "8 ms"),
            ("Equal Shares + Add1, Łódź 2022", LODZ, "add1", "60 ms"),
            ("Equal Shares + Add1, Budapest 2024", BUDAPEST, "add1", "1 s"),
            ("effective support of all projects, Wieliczka", WIELICZKA, "support", "30 ms")]
    known = {}
    for task, name, kind, aim in rule:
        ours = medians(engine, folder / name, kind, 3 if name == BUDAPEST else 15)["rule"]
        theirs = peer(folder / name, kind) if have_peer() else None
        known[task] = theirs
        show(task, ours, theirs and theirs[0], aim)
    first = known[rule[0][0]]
    show("the same as the first, process start to printed result", whole(command, [folder / LODZ]), first and first[1], "25 ms")
    everything = sorted(folder.glob("*.pb"))
    size = sum(path.stat().st_size for path in everything) / 1e6
    ours = whole(command, [folder, "--format", "csv"], 5)
    print(f"| all {len(everything)} shared files ({size:.0f} MB) parsed and tallied, one core | | {ours:.0f} ms | | 60 ms |")
    speed = [medians(engine, path, "mes", 5) for path in (folder / LODZ, folder / BUDAPEST)]
    print("| parsing, Łódź 2022 and Budapest 2024 | | " + " and ".join(f"{one['bytes'] / 1e3 / one['read']:.0f} MB/s" for one in speed) + " | | 500 MB/s |")
    print("\nHow time grows (synthetic elections, seeded, Equal Shares by cost, approvals skewed towards popular projects):\n")
    print("| voters | projects | approvals each | made, merged | rule | approvals an ns |\n| --- | --- | --- | --- | --- | --- |")
    for voters, projects, each in ((10_000, 50, 4.5), (100_000, 50, 4.5), (1_000_000, 50, 4.5), (1_000_000, 200, 4.5), (1_000_000, 200, 9), (4_000_000, 200, 4.5)):
        out = subprocess.run([engine, "synthetic", str(voters), str(projects), str(each)], capture_output=True, text=True, check=True).stdout
        one = json.loads(out)
        print(f"| {voters:,} | {projects} | {each} | {one['made']:.0f} ms | {one['rule']:.1f} ms | {one['entries'] / one['rule'] / 1e6:.3f} |", flush=True)


if __name__ == "__main__":
    main()
