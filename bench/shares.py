# SPDX-License-Identifier: AGPL-3.0-or-later
"""Speed of engines/shares beside its peers in the same run: a Markdown table.

    python3 bench/shares.py [30]      (30: also the table of 2^30 doubles, 8 GB)

NumPy for the Shapley sum and for sampling, explicit linear programmes in HiGHS for the nucleolus. The peers come from PyPI
into build/peers; a line whose peer cannot be had says so. Medians; ours without reading and printing, the peers' likewise.
"times" compares processor time with processor time (ours of all threads), since the machine may be busy; the first line tells its load.
"""
import importlib
import os
import pathlib
import statistics
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
PEERS = TOP / "build" / "peers"
MASK = (1 << 64) - 1


def peer(module, *packages):
    """Imports a peer, fetching it first; None when it cannot be had."""
    sys.path.insert(0, str(PEERS))
    for attempt in range(2):
        try:
            return importlib.import_module(module)
        except ImportError:
            if attempt:
                return None
        fetch = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), *packages]
        if subprocess.run(fetch, check=False, stdout=sys.stderr).returncode != 0:
            return None
        importlib.invalidate_caches()


def median(run, times):
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def t1(n, seed):
    """The generator T1 of the reference."""
    table = [0] * (1 << n)
    for mask in range(1, 1 << n):
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        r, size = z ^ z >> 31, mask.bit_count()
        table[mask] = 0 if size == 1 else 100 * (n - 2) + r % 201 if size == n else 1 + r % (100 * size)
    return table


def numpy_shapley(np, n):
    """sum over S without i of |S|!(n-|S|-1)!/n! (v(S+i) - v(S)), a vector operation a player."""
    v = np.random.default_rng(1).random(1 << n)
    sizes = np.array([mask.bit_count() for mask in range(1 << n)], dtype=np.int8)
    weights = np.ones(n)
    weights[0] = 1 / n
    for k in range(1, n):
        weights[k] = weights[k - 1] * k / (n - k)

    def run():
        w = weights[np.minimum(sizes, n - 1)]
        out = np.empty(n)
        for i in range(n):
            shape = (1 << (n - i - 1), 2, 1 << i)
            table = v.reshape(shape)
            out[i] = ((table[:, 1] - table[:, 0]) * w.reshape(shape)[:, 0]).sum()
        return out

    return median(run, 5)


def numpy_sampling(np, n, orders):
    """Marginals of the dearest-member game along random orders."""
    costs, rng = np.arange(1, n + 1, dtype=float), np.random.default_rng(1)

    def run():
        total = np.zeros(n)
        for _ in range(orders):
            order = rng.permutation(n)
            total[order] += np.diff(np.maximum.accumulate(costs[order]), prepend=0)
        return total / orders

    return median(run, 1)


def highs_nucleolus(highspy, np, n):
    """One linear programme a level with a row for every coalition; those with a positive dual are settled."""
    table = np.array(t1(n, 1), dtype=float)
    masks = np.arange(1, (1 << n) - 1)
    rows = (masks[:, None] >> np.arange(n) & 1).astype(float)
    dense = np.hstack([rows, np.ones((len(masks), 1))])
    infinite = highspy.kHighsInf

    def level(lower, upper, free):
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n + 1, len(masks) + 1
        model.col_cost_ = np.array([0.0] * n + [1.0])
        model.col_lower_, model.col_upper_ = np.full(n + 1, -infinite), np.full(n + 1, infinite)
        matrix = dense.copy()
        matrix[~free, n] = 0
        full = np.vstack([matrix, np.append(np.ones(n), 0)])
        model.row_lower_, model.row_upper_ = lower, upper
        starts = np.concatenate([[0], np.cumsum((full != 0).sum(axis=1))])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts
        model.a_matrix_.index_ = np.nonzero(full)[1]
        model.a_matrix_.value_ = full[full != 0]
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.passModel(model)
        solver.run()
        solution = solver.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual)

    def run():
        lower = np.append(table[masks], table[-1])
        upper = np.append(np.full(len(masks), infinite), table[-1])
        free = np.ones(len(masks), dtype=bool)
        settled = [np.ones(n)]
        while np.linalg.matrix_rank(np.array(settled)) < n:
            x, dual = level(lower, upper, free)
            fresh = free & (np.abs(dual[:-1]) > 1e-7)
            for k in np.nonzero(fresh)[0]:
                settled.append(rows[k])
                lower[k] = upper[k] = rows[k] @ x[:n]
            free &= ~fresh
        return x

    return median(run, 1)


def main():
    largest = sys.argv[1] if len(sys.argv) > 1 else "25"
    build = TOP / "build" / "release"
    subprocess.run(["ninja", "-C", str(build), "engines/shares/shares_bench"], check=True, stdout=sys.stderr)
    done = subprocess.run([str(build / "engines" / "shares" / "shares_bench"), largest], check=True, capture_output=True, text=True)
    ours = {task: (float(clock), float(busy)) for task, clock, busy in (line.split("\t") for line in done.stdout.splitlines())}
    np = peer("numpy", "numpy")
    highspy = peer("highspy", "highspy") if np else None
    peers = {}
    if np:
        peers["shapley real 20"] = ("NumPy", numpy_shapley(np, 20))
        peers["sampling 1000"] = ("NumPy", numpy_sampling(np, 1000, 10000))
    if highspy:
        peers["nucleolus t1 14"] = ("HiGHS", highs_nucleolus(highspy, np, 14))
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}\n")
    print("| task | clock (s) | processor (s) | peer | processor (s) | times |\n| --- | ---: | ---: | --- | ---: | ---: |")
    for task, (clock, busy) in ours.items():
        name, taken = peers.get(task, ("", None))
        if taken is None and task in ("shapley real 20", "sampling 1000", "nucleolus t1 14"):
            name = "could not be had"
        times = f"{taken / busy:.0f}" if taken else ""
        print(f"| {task} | {clock:.4f} | {busy:.4f} | {name} | {'' if taken is None else f'{taken:.4f}'} | {times} |")


if __name__ == "__main__":
    main()
