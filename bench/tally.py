#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The speed of lianxi tally beside pabutools, in one run. Prints a Markdown table.

    LIANXI_SHARED=FOLDER bench/tally.py [BINARY_FOLDER]        (default: build/release)
    bench/tally.py --plot FILE.svg [BINARY_FOLDER]             (only: how time grows, drawn)

Very large elections are drawn as a stream; the largest, of 240,000,000 voters (3.2 GB of memory, two minutes), only where TALLY_LARGEST is set.
pabutools (with gmpy2) is installed from PyPI into build/peers when it is not there; where it cannot be had
its column stays empty. Times are processor time, which other work on the machine disturbs least. Peer tasks that need more than PEER_SECONDS (of processor
time) are stopped and said so.
"""
import json
import math
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


GROWTH = (("voters", (10_000, 30_000, 100_000, 300_000, 1_000_000), lambda x: (x, 50, 4.5), "50 projects, 4.5 approvals"),
          ("projects", (25, 50, 100, 200, 400, 800), lambda x: (100_000, x, 4.5), "100,000 voters, 4.5 approvals"),
          ("approvals a voter", (2, 4, 8, 16), lambda x: (100_000, 200, x), "100,000 voters, 200 projects"))


def synthetic(engine, voters, projects, each):
    """One synthetic election in memory, seeded: the median of three, in ms, and its approvals."""
    runs = [json.loads(subprocess.run([engine, "synthetic", str(voters), str(projects), str(each)], capture_output=True, text=True, check=True).stdout)
            for _ in range(3)]
    return statistics.median(run["rule"] for run in runs), runs[0]["entries"]


def short(n):
    return f"{n // 1_000_000}M" if n >= 1_000_000 else f"{n // 1000}k" if n >= 1000 else str(n)


def panel(left, title, held, points):
    """One drawing of time (ms) over what grows, both logarithmic; a dashed line rises in proportion."""
    wide, high, top = 190, 190, 56
    xs, ys = [math.log10(x) for x, _ in points], [math.log10(y) for _, y in points]
    low_x, low_y, span_x, span_y = min(xs), math.floor(min(ys)), max(max(xs) - min(xs), .1), max(math.ceil(max(ys)) - math.floor(min(ys)), 1)

    def at(x, y):
        return left + 34 + (x - low_x) / span_x * (wide - 40), top + high - (y - low_y) / span_y * high

    out = [f'<text x="{left}" y="18" font-weight="600">ms over {title}</text><text x="{left}" y="36" fill="#54575B">{held}</text>']
    for power in range(low_y, low_y + span_y + 1):
        _, y = at(low_x, power)
        out.append(f'<path d="M{left + 34},{y:.1f}H{left + wide}" stroke="#D6D4CC"/><text x="{left + 28}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for (x, y), lx, ly in zip(points, xs, ys):
        px, py = at(lx, ly)
        out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="#1B4B84"/><text x="{px:.1f}" y="{py - 8:.1f}" text-anchor="middle">{y:.3g}</text>')
        out.append(f'<text x="{px:.1f}" y="{top + high + 18}" text-anchor="middle" font-size="11">{short(x)}</text>')
    line = " ".join("{:.1f},{:.1f}".format(*at(lx, ly)) for lx, ly in zip(xs, ys))
    end = min(xs[-1], xs[0] + low_y + span_y - ys[0])
    ax, ay = at(xs[0], ys[0])
    bx, by = at(end, ys[0] + end - xs[0])
    out.append(f'<polyline points="{line}" fill="none" stroke="#1B4B84" stroke-width="2"/>')
    out.append(f'<path d="M{ax:.1f},{ay:.1f}L{bx:.1f},{by:.1f}" stroke="#8C8A82" stroke-dasharray="4 4"/>')
    return "\n".join(out)


def plot(path, engine):
    panels = []
    for i, (title, values, size, held) in enumerate(GROWTH):
        panels.append(panel(12 + i * 224, title, held, [(x, synthetic(engine, *size(x))[0]) for x in values]))
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 672 280" width="42rem" role="img" aria-label="Time of Equal Shares over voters, '
                    'projects and approvals" font-family="sans-serif" font-size="12" fill="#1A1C1E">\n<rect width="672" height="280" fill="#FFFFFF"/>\n'
                    + "\n".join(panels) + "\n</svg>\n")


def show_crowds(engine):
    """Elections too large for arrays: ballots come one after the other, seeded; on one thread and on two."""
    print("\nVery large, as a stream (processor time of all threads; time by the clock says little on a machine that is shared):\n")
    print("| voters | approvals | distinct rows | threads | made | rule | rule, by the clock | memory |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
    for voters in (2_400_000, 24_000_000, *((240_000_000,) if os.environ.get("TALLY_LARGEST") else ())):
        for threads in (1, 2):
            out = subprocess.run([engine, "crowd", str(voters), "200", "4.5", str(threads)], capture_output=True, text=True, check=True).stdout
            one = json.loads(out)
            print(f"| {voters:,} | {one['entries'] / 1e6:,.1f} M | {one['rows'] / 1e6:.1f} M | {threads} | {one['made'] / 1e3:.2f} s | {one['rule'] / 1e3:.2f} s "
                  f"| {one['wall'] / 1e3:.2f} s | {one['peak_kb'] / 1e3:,.0f} MB |", flush=True)


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "--plot":
        build = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else TOP / "build" / "release")
        return plot(pathlib.Path(sys.argv[2]), build / "engines" / "tally" / "bench_tally")
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
    show_crowds(engine)


if __name__ == "__main__":
    main()
