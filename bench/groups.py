#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The search for a default procedure whose groups come back better when votes are left out.

    bench/groups.py [FOLDER_OF_CONVERSATIONS] [--keys 2] [--reruns 4]     (else the folder of $LIANXI_SHARED)

For each conversation (participants-votes.csv) and each procedure: the number of groups with the best silhouette among two to five, no
group under 3 people or 4 %; then a tenth of the votes is left out, `reruns` times for each of `keys` seeds, and the groups are compared by the adjusted
Rand index. A procedure is better if its mean over the conversations exceeds that of the first by more than the spread over the seeds. Everything here
is NumPy, written apart from engines/consensus.
"""
import argparse
import csv
import os
import pathlib
import sys

from shares import peer

np = peer("numpy", "numpy")
CELLS_MOST = 500_000  # larger conversations take minutes a procedure here, and are left out

# name: axes, people are scaled by sqrt(m / (votes + this)), each axis brought to variance 1
PROCEDURES = {
    "two axes (the default)": (2, 0, False),
    "one axis": (1, 0, False),
    "three axes": (3, 0, False),
    "five axes": (5, 0, False),
    "two axes, few votes spread less (+5)": (2, 5, False),
    "two axes, few votes spread less (+20)": (2, 20, False),
    "two axes of equal weight": (2, 0, True),
    "two axes, not spread at all": (2, None, False),
}


def read(path):
    """Votes as a matrix, NaN where there is none."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    columns = [i for i, name in enumerate(head) if name.isdigit()]
    return np.array([[float(row[i]) if row[i] else np.nan for i in columns] for row in rows])


def places(votes, axes, damping, equal):
    seen = ~np.isnan(votes)
    seen_by_column = np.maximum(seen.sum(axis=0), 1)
    mean = np.where(seen, votes, 0).sum(axis=0) / seen_by_column
    away = np.where(seen, votes - mean, 0)
    _, vectors = np.linalg.eigh(away.T @ away)
    at = away @ vectors[:, ::-1][:, :axes]
    if damping is not None:
        at *= np.sqrt(votes.shape[1] / np.maximum(1, seen.sum(axis=1) + damping))[:, None]
    return at / np.maximum(at.std(axis=0), 1e-12) if equal else at


def squares(a, b):
    return np.maximum((a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2 * a @ b.T, 0)


def k_means(at, k, rng, starts=8):
    best, found = np.inf, None
    for _ in range(starts):
        centres = at[rng.integers(len(at))][None]
        while len(centres) < k:  # by squared distance (Arthur & Vassilvitskii 2007)
            far = squares(at, centres).min(axis=1)
            pick = rng.choice(len(at), p=far / far.sum()) if far.sum() > 0 else rng.integers(len(at))
            centres = np.vstack([centres, at[pick]])
        for _ in range(60):
            label = squares(at, centres).argmin(axis=1)
            moved = np.array([at[label == g].mean(axis=0) if (label == g).any() else centres[g] for g in range(k)])
            if np.allclose(moved, centres):
                break
            centres = moved
        inertia = squares(at, centres).min(axis=1).sum()
        if inertia < best:
            best, found = inertia, label
    return found


def silhouette(at, label, rng):
    some = np.arange(len(at)) if len(at) <= 800 else rng.choice(len(at), 800, replace=False)
    distance = np.sqrt(squares(at[some], at))
    size = np.bincount(label)
    sums = np.stack([distance[:, label == g].sum(axis=1) for g in range(len(size))], axis=1)
    own = label[some]
    inside = sums[np.arange(len(some)), own] / np.maximum(size[own] - 1, 1)
    means = sums / size
    means[np.arange(len(some)), own] = np.inf
    outside = means.min(axis=1)
    return np.where(size[own] > 1, (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-12), 0).mean()


def adjusted_rand(a, b):
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)

    def pairs(x):
        return (x * (x - 1) / 2).sum()
    rows, columns, n = pairs(table.sum(axis=1)), pairs(table.sum(axis=0)), len(a)
    expected, most = rows * columns / (n * (n - 1) / 2), (rows + columns) / 2
    return 1.0 if most == expected else (pairs(table) - expected) / (most - expected)


def choose(at, rng):
    best, chosen = -2, None
    for k in range(2, 6):
        label = k_means(at, k, rng)
        size = np.bincount(label, minlength=k)
        if size.min() < max(3, 0.04 * len(at)):
            continue
        score = silhouette(at, label, rng)
        if score > best:
            best, chosen = score, (k, label)
    return chosen


def stability(votes, procedure, key, reruns):
    rng = np.random.default_rng(key)
    seen = ~np.isnan(votes)
    active = seen.sum(axis=1) >= min(7, votes.shape[1])
    chosen = choose(places(votes, *procedure)[active], rng)
    if chosen is None:
        return 0, 0.0
    total = 0
    for _ in range(reruns):
        thinned = np.where(rng.random(votes.shape) < 0.1, np.nan, votes)
        total += adjusted_rand(chosen[1], k_means(places(thinned, *procedure)[active], chosen[0], rng))
    return chosen[0], total / reruns


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--keys", type=int, default=2)
    parser.add_argument("--reruns", type=int, default=4)
    options = parser.parse_args()
    shared = os.environ.get("LIANXI_SHARED")
    folder = options.folder or (pathlib.Path(shared) / "data" / "polis" if shared else None)
    if np is None or folder is None:
        sys.exit("groups: NumPy could not be had" if np is None else 0)
    data = {path.parent.name: read(path) for path in sorted(folder.glob("*/participants-votes.csv"))}
    data = {name: votes for name, votes in data.items() if votes.size <= CELLS_MOST}
    names = list(data)
    print("| procedure | " + " | ".join(name[:12] for name in names) + " | mean | spread over seeds |")
    print("| --- | " + "---: | " * (len(names) + 2))
    for title, procedure in PROCEDURES.items():
        by_name, by_key = [], np.zeros(options.keys)
        for name in names:
            runs = [stability(data[name], procedure, key, options.reruns) for key in range(options.keys)]
            by_key += np.array([run[1] for run in runs]) / len(names)
            by_name.append(f"{np.mean([run[1] for run in runs]):.2f} ({'/'.join(sorted({str(run[0]) for run in runs}))})")
        print(f"| {title} | " + " | ".join(by_name) + f" | {by_key.mean():.3f} | {by_key.max() - by_key.min():.3f} |", flush=True)


if __name__ == "__main__":
    main()
