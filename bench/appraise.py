# SPDX-License-Identifier: AGPL-3.0-or-later
"""Speed of the appraisal engine beside its peers, in the same run: a Markdown table.

DEA against one linear programme a unit in HiGHS (highspy), local Moran against esda. The peers come from PyPI into
build/peers; a line whose peer cannot be had says so. Medians. DEA is timed alone by bench_appraise, as its peer is, and beside
it the whole command with start, reading and printing; Moran by the whole command. Processor time beside the clock, since the
machine may be busy; "times" compares processor time with processor time.
"""
import importlib
import json
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
PEERS = TOP / "build" / "peers"
ALONE = os.environ.get("BENCH_APPRAISE", str(TOP / "build" / "release" / "engines" / "appraise" / "bench_appraise"))
BINARY = os.environ.get("LIANXI", str(TOP / "build" / "release" / "cli" / "lianxi"))


def peer(module, *packages):
    """Imports a peer, fetching it first; None when it cannot be had."""
    if str(PEERS) not in sys.path:
        sys.path.insert(0, str(PEERS))
    try:
        return __import__(module)
    except ImportError:
        fetch = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), *packages]
        if subprocess.run(fetch, check=False, stdout=sys.stderr).returncode != 0:
            return None
    importlib.invalidate_caches()
    try:
        return __import__(module)
    except ImportError as error:
        print(f"peer {module}: {error}", file=sys.stderr)
        return None


def processor():
    """Seconds of processor time of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def median(run, times, clock=time.perf_counter):
    taken = []
    for _ in range(times):
        start = clock()
        result = run()
        taken.append(clock() - start)
    return statistics.median(taken), result


def lianxi(case, *words, times=5, clock=time.perf_counter):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(case, file)
        file.flush()
        command = [BINARY, "appraise", file.name, "--format", "json", *words]
        taken, done = median(lambda: subprocess.run(command, capture_output=True, text=True, check=True),
                             times, clock)
        return taken, json.loads(done.stdout)


def alone(case, threads):
    """The computation without the process around it: seconds by the clock, of processors."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(case, file)
        file.flush()
        done = subprocess.run([ALONE, file.name, str(threads)], capture_output=True, text=True, check=True)
        return [float(word) for word in done.stdout.split()]


def units(n, seed):
    """Units of very unlike size with 4 inputs and 4 outputs."""
    draw = random.Random(seed)
    inputs, outputs = [], []
    for _ in range(n):
        size = draw.lognormvariate(0, 1)
        inputs.append([round(size * draw.uniform(5, 15), 4) for _ in range(4)])
        outputs.append([round(size * draw.uniform(2, 12), 4) for _ in range(4)])
    return {"kind": "dea", "inputs": inputs, "outputs": outputs}


def highs_scores(highspy, case, some):
    """CCR and BCC of some units, each a programme of its own, and the seconds that HiGHS took, building not counted."""
    import numpy as np
    inputs, outputs = np.array(case["inputs"]), np.array(case["outputs"])
    n, p, q = len(inputs), inputs.shape[1], outputs.shape[1]
    scores, taken = {}, 0.0
    for unit in some:
        found = []
        for variable in (False, True):
            model = highspy.HighsLp()
            model.num_col_, model.num_row_ = n + 1, p + q + variable
            model.col_cost_ = np.array([0.0] * n + [1.0])
            model.col_lower_, model.col_upper_ = np.zeros(n + 1), np.full(n + 1, highspy.kHighsInf)
            dense = np.zeros((p + q + variable, n + 1))
            dense[:p, :n], dense[:p, n] = (inputs / inputs[unit]).T, -1
            dense[p:p + q, :n] = (outputs / outputs[unit]).T
            if variable:
                dense[p + q, :n] = 1
            model.row_lower_ = np.array([-highspy.kHighsInf] * p + [1.0] * (q + variable))
            model.row_upper_ = np.array([0.0] * p + [highspy.kHighsInf] * q + [1.0] * variable)
            model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
            model.a_matrix_.start_ = np.arange(0, dense.size + 1, n + 1)
            model.a_matrix_.index_ = np.tile(np.arange(n + 1), p + q + variable)
            model.a_matrix_.value_ = dense.ravel()
            solver = highspy.Highs()
            solver.setOptionValue("output_flag", False)
            start = processor()
            solver.passModel(model)
            solver.run()
            taken += processor() - start
            found.append(solver.getInfo().objective_function_value)
        scores[unit] = found
    return scores, taken


def compare(ours, scores):
    worst = max(abs(ours[key][unit] - value) for unit, pair in scores.items()
                for key, value in zip(("ccr_in", "bcc_in"), pair))
    return f"largest difference {worst:.0e}"


def dea(n, aim, highspy):
    case = units(n, n)
    words = ("--method", "ccr,bcc,scale,super,targets")
    whole, ours = lianxi(case, *words, "--threads", "1", clock=processor)
    one, two = alone(case, 1)[1], alone(case, 2)[0]
    name = f"DEA {n:,} units × 8: CCR, BCC, scale, super, slacks, targets, peers"
    if highspy is None:
        return [name, aim, one, two, whole, None, "HiGHS cannot be had"]
    some = range(0, n, max(1, n // 50))
    scores, taken = highs_scores(highspy, case, some)
    return [name, aim, one, two, whole, taken / len(some) * n, f"HiGHS per unit, CCR and BCC only; {compare(ours, scores)}"]


def grid(side, seed):
    """A grid of places, neighbours at the edges (rook), values with a slope."""
    draw = random.Random(seed)
    neighbours = []
    for i in range(side * side):
        row, column = divmod(i, side)
        around = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1),
                  (row - 1, column - 1), (row + 1, column + 1)]
        neighbours.append([r * side + c for r, c in around if 0 <= r < side and 0 <= c < side])
    values = [round(i / side / side + draw.random(), 6) for i in range(side * side)]
    return {"kind": "moran", "values": values, "neighbours": neighbours, "weights": "row-standardised"}


def local_moran(esda):
    case = grid(55, 3)
    words = ("--method", "local", "--permutations", "999")
    one, _ = lianxi(case, *words, "--threads", "1", clock=processor)
    two, ours = lianxi(case, *words, "--threads", "2")
    name = f"local Moran, 999 permutations, n = {len(case['values']):,}"
    if esda is None:
        return [name, "0.5 s", one, two, one, None, "esda cannot be had"]
    import libpysal
    import numpy as np
    weights = libpysal.weights.W(dict(enumerate(case["neighbours"])), silence_warnings=True)
    values = np.array(case["values"])
    run = lambda: esda.Moran_Local(values, weights, permutations=999, seed=1, n_jobs=1)
    run()  # once to compile what it compiles
    taken, theirs = median(run, 3, processor)
    gap = max(abs(p - q) for p, q in zip(ours["local_p"], theirs.p_sim))
    return [name, "0.5 s", one, two, one, taken, f"esda, compiled before; p differ by at most {gap:.2f}"]


def main():
    if "BENCH_APPRAISE" not in os.environ:
        subprocess.run(["ninja", "-C", str(TOP / "build" / "release"), "engines/appraise/bench_appraise"], check=True, stdout=sys.stderr)
    highspy = peer("highspy", "highspy", "numpy")
    esda = peer("esda", "esda")
    rows = [dea(70, "10 ms", highspy), dea(1000, "5 s", highspy), local_moran(esda)]
    start, _ = lianxi({"kind": "ahp", "matrix": [[1]]})
    print("| task | aim | 1 thread, processor | 2 threads, clock | whole command, processor | peer, processor | times | peer's name |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, aim, one, two, whole, taken, note in rows:
        theirs = "—" if taken is None else f"{taken:.3f} s"
        times = "—" if taken is None else f"{taken / one:.0f}"
        print(f"| {name} | {aim} | {one:.4f} s | {two:.4f} s | {whole:.4f} s | {theirs} | {times} | {note} |")
    print(f"\nStarting the command alone takes {start * 1000:.1f} ms of each.")


if __name__ == "__main__":
    main()
