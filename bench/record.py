#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the record costs and how fast it is served, as Markdown tables: record.py [BUILD]

Appending beside bare rows of the same bytes (journal_bench, processor time, in one run); tiles, bundles and the checkpoint beside Debian's
nginx with the same bytes as files, in turns. LIANXI_BENCH_ENTRIES (40000), LIANXI_BENCH_SECONDS (3) a turn.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP / "tests"), str(TOP / "bench")]
import region as regions  # noqa: E402
import spine  # noqa: E402

FOLDER = TOP / "build" / "bench" / "record"
ENTRIES = int(os.environ.get("LIANXI_BENCH_ENTRIES", "40000"))
SECONDS = float(os.environ.get("LIANXI_BENCH_SECONDS", "3"))
TURNS = 3
AIM = 0.8
NGINX = spine.NGINX.replace("location / {{ try_files /page.html =404; }}", "default_type application/octet-stream;")


class Files(spine.Nginx):
    """nginx with a folder of files."""

    def __init__(self, root):
        self.folder, self.port = FOLDER / "nginx", random.randrange(20000, 30000)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "conf").write_text(NGINX.format(folder=self.folder, port=self.port).replace(f"root {self.folder};", f"root {root};"))
        self.process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", self.folder / "conf", "-p", self.folder,
                                         "-g", f"user {os.environ.get('USER') or 'root'};"], stderr=subprocess.DEVNULL)
        regions.wait_for(lambda: regions.Client(self.port).ask("GET", "/log/checkpoint").status == 200)


def make(build, lianxi):
    """A region of a journal's entries alone, served once so that there is a checkpoint."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "region").mkdir(parents=True)
    entry = {"v": 1, "by": "p:1890948b2b0e4c2f9a7d5e6f70819203", "as": "resident", "act": "need.submit",
             "do": [["set", "category", "transport"], ["set", "state", "submitted"]]}
    lines = "".join(json.dumps({"entry": {**entry, "of": f"need/{i + 1}"}}) + "\n" for i in range(ENTRIES))
    subprocess.run([build / "kernel/journal/journal_sample", FOLDER / "region" / "lianxi.db"], input=lines.encode(), check=True)
    lianxi("keygen", FOLDER / "region", "--origin", "bench.example/log")


def path_of(kind, number):
    return f"/log/tile/{kind}/{'x%03d/' % (number // 1000) if number >= 1000 else ''}{number % 1000:03}"


def copy(port, paths):
    """The same bytes as files."""
    client = regions.Client(port)
    for path in paths:
        file = FOLDER / "files" / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(client.get(path).body)
        file.chmod(0o644)


def compare(build, what, ours, theirs, paths):
    """Requests a second, in turns, and processor time a request."""
    chosen = random.Random(7)
    file = FOLDER / "requests"
    file.write_text("".join(f"GET {path} HTTP/1.1\nHost: localhost\n%%\n" for path in chosen.choices(paths, k=2000)))
    rates, spent, asked = ([], []), [0, 0], [0, 0]
    for _ in range(TURNS):
        for i, (port, process) in enumerate((ours, theirs)):
            before = spine.cpu_of(process)
            done = subprocess.run([build / "cli/bench_pages", str(port), "32", str(SECONDS), "200", file], capture_output=True, text=True, check=True)
            got = json.loads(done.stdout)
            rates[i].append(got["requests"] / got["seconds"])
            spent[i] += spine.cpu_of(process) - before
            asked[i] += got["requests"]
    ratios = sorted(a / b for a, b in zip(*rates))
    each = [1e6 * s / n for s, n in zip(spent, asked)]
    return [what, f"{sum(rates[0]) / TURNS:,.0f}", f"{sum(rates[1]) / TURNS:,.0f}", spine.judged(ratios[TURNS // 2], AIM),
            f"{each[0]:.0f}", f"{each[1]:.0f}", f"{each[1] / each[0]:.2f}"]


def serve(build, lianxi):
    make(build, lianxi)
    full = ENTRIES // 256
    tiles, entries = [path_of(0, n) for n in range(full)], [path_of("entries", n) for n in range(full)]
    server = regions.Server(lianxi.path, FOLDER / "region")
    try:
        copy(server.port, [*tiles, *entries, "/log/checkpoint"])
        nginx = Files(FOLDER / "files")
        pair = (server.port, server.process.pid), (nginx.port, nginx.process.pid)
        rows = [compare(build, what, *pair, paths) for what, paths in
                (("checkpoint", ["/log/checkpoint"]), ("tiles of 8,192 bytes", tiles), ("entry bundles", entries))]
        nginx.stop()
    finally:
        server.stop()
    print(f"{ENTRIES:,} entries, 32 connections, {TURNS} turns of {SECONDS:.0f} s each; the median of the ratios.\n")
    spine.table(["what", "a second", "nginx", "ratio", "processor µs", "of nginx", "ratio"], rows)


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TOP / "build" / "release").resolve()
    lianxi = spine.Lianxi(build / "cli" / "lianxi")
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run([build / "kernel/journal/journal_bench", FOLDER, "100000"], check=True)
    print()
    serve(build, lianxi)


if __name__ == "__main__":
    main()
