#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Speed and memory of the consensus engine beside its peers, as a Markdown table.

    bench/consensus.py [BUILD] [POLIS_FOLDER]

BUILD (build/release) holds bench_consensus and lianxi; POLIS_FOLDER a conversation for the whole-process row. Peers (SciPy,
scikit-learn, red-dwarf) are installed into build/peers from PyPI; without them their columns stay empty. The peer gets the
same votes, made by the same generator, already in memory as a sparse matrix of deviations, and does the same steps: two
components, coordinates, groups k = 2..5 (scikit-learn's default starts), silhouettes of 1,500, counts by group.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
PEERS = TOP / "build" / "peers"
ROUNDS = 3
TASKS = [
    ("full run, 1,000,000 × 1,000, 2 %", 1000000, 1000, 20, "full"),
    ("full run, 100,000 × 1,000, 5 %", 100000, 1000, 50, "full"),
    ("components alone, 1,000,000 × 1,000, 2 %", 1000000, 1000, 20, "components"),
    ("refresh after one vote, 100,000 × 1,000, 5 %", 100000, 1000, 50, "refresh"),
]


def peers():
    """Whether NumPy, SciPy and scikit-learn can be used."""
    sys.path.insert(0, str(PEERS))
    try:
        import scipy.sparse.linalg  # noqa: F401
        import sklearn.cluster  # noqa: F401
        return True
    except ImportError:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), "numpy", "scipy", "scikit-learn", "red-dwarf"],
                       stderr=subprocess.DEVNULL, check=False)
    try:
        import sklearn.cluster  # noqa: F401
        return True
    except ImportError:
        return False


def read_dump(path):
    import numpy
    import scipy.sparse
    with open(path, "rb") as file:
        people, statements, votes = (int(x) for x in numpy.fromfile(file, numpy.uint64, 3))
        start = numpy.fromfile(file, numpy.uint64, people + 1).astype(numpy.int64)
        cell = numpy.fromfile(file, numpy.uint16, votes)
    column, stance = (cell >> 2).astype(numpy.int32), (cell & 3).astype(numpy.float64) - 1
    n = numpy.bincount(column, minlength=statements)
    mean = numpy.bincount(column, weights=stance, minlength=statements) / numpy.maximum(1, n)
    shape = (people, statements)
    return (scipy.sparse.csr_matrix((stance - mean[column], column, start), shape=shape),
            scipy.sparse.csr_matrix((stance, column, start), shape=shape))


def peer_run(deviation, stance, what):
    """Seconds of the peer, by the clock and of processors."""
    import numpy
    import scipy.sparse.linalg
    import sklearn.cluster
    import sklearn.metrics
    begin, work = time.perf_counter(), time.process_time()
    _, _, axes = scipy.sparse.linalg.svds(deviation, k=2, random_state=0)
    if what == "components":
        return time.perf_counter() - begin, time.process_time() - work
    scale = numpy.sqrt(deviation.shape[1] / numpy.maximum(1, numpy.diff(deviation.indptr)))
    xy = (deviation @ axes.T) * scale[:, None]
    best = None
    for k in range(2, 6):
        labels = sklearn.cluster.KMeans(k, random_state=0).fit_predict(xy)
        score = sklearn.metrics.silhouette_score(xy, labels, sample_size=1500, random_state=0)
        if best is None or score > best[0]:
            best = (score, k, labels)
    member = numpy.eye(best[1])[best[2]]
    for said in (-1, 0, 1):
        ((stance == said) if said else (abs(stance) == 1)).astype(numpy.float64).T @ member
    return time.perf_counter() - begin, time.process_time() - work


def ours(build, people, statements, each, what, dump=None):
    done = [subprocess.run([build / "engines/consensus/bench_consensus", *map(str, (people, statements, each, os.cpu_count(), what)),
                            *([dump] if dump and i == 0 else [])], capture_output=True, text=True, check=True).stdout.split()
            for i in range(ROUNDS)]
    return (statistics.median(float(d[0]) for d in done), max(int(d[1]) for d in done),
            statistics.median(float(d[2]) for d in done))


def whole_process(build, folder):
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([build / "cli/lianxi", "ground", folder], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def red_dwarf(folder):
    """Polis' procedure by red-dwarf in a process of its own (no stability test), or None where it is not to be had."""
    program = f"""
import sys, warnings; sys.path.insert(0, {str(PEERS)!r}); warnings.simplefilter("ignore")
import csv
from reddwarf.implementations.polis import run_pipeline
rows = list(csv.reader(open({str(folder / "participants-votes.csv")!r}, encoding="utf-8-sig")))
head = rows[0]
first = next(i for i, name in enumerate(head) if name.isdigit())
votes = [dict(participant_id=int(row[0]), statement_id=int(head[i]), vote=int(row[i]))
         for row in rows[1:] for i in range(first, len(head)) if row[i] != ""]
out = [int(c["comment-id"]) for c in csv.DictReader(open({str(folder / "comments.csv")!r})) if c["moderated"] == "-1"]
run_pipeline(votes=votes, mod_out_statement_ids=out)
"""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin if done.returncode == 0 else None


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TOP / "build" / "release").resolve()
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    have = peers()
    if not have:
        print("(SciPy and scikit-learn cannot be had; peers are left out)\n")
    print(f"| task ({os.cpu_count()} cores, median of {ROUNDS}) | Lianxi | memory | SciPy + scikit-learn | faster | by processor time |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as scratch:
        for name, people, statements, each, what in TASKS:
            dump = pathlib.Path(scratch) / "votes" if have and what != "refresh" else None
            seconds, memory, work = ours(build, people, statements, each, what, dump)
            clock, worked = peer_run(*read_dump(dump), what) if dump else (0, 0)
            beside = f"{clock:.2f} s | {clock / seconds:.1f}× | {worked / work:.1f}×" if dump else " | | "
            print(f"| {name} | {seconds:.3f} s | {memory / 1e6:.0f} MB | {beside} |", flush=True)
    if folder:
        seconds = whole_process(build, folder)
        peer = red_dwarf(folder) if have else None
        beside = f"{peer:.2f} s | {peer / seconds:.1f}× | " if peer else " | | "
        print(f"| {folder.name}, whole process with 10 reruns; beside: red-dwarf | {seconds:.3f} s | | {beside} |")


if __name__ == "__main__":
    main()
