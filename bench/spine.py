#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Speed and memory of the spine (writer, journal, types, pages) beside its peers, as Markdown tables.

    bench/spine.py [BUILD] [PART …]        (parts: acts pages rebuild size; all by default)

BUILD (build/release) holds lianxi, bench_spine and bench_pages. The region is made through `lianxi init` and HTTP
(tests/region.py), then filled in process. Peers: the SQL of the same run replayed bare on a copy of the database; the
disk's syncs; nginx with the bytes of the same page. LIANXI_BENCH_NEEDS (200000) needs in the list, LIANXI_BENCH_SECONDS
(10) a measurement of pages, LIANXI_BENCH_MINUTES (0: as long as a measurement) at 128 clients before the peak of memory is read.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests"))
import region as regions  # noqa: E402

FOLDER = TOP / "build" / "bench"
NEEDS = int(os.environ.get("LIANXI_BENCH_NEEDS", "200000"))
SECONDS = float(os.environ.get("LIANXI_BENCH_SECONDS", "10"))
MINUTES = float(os.environ.get("LIANXI_BENCH_MINUTES", "0"))
CLIENTS = [(1, 500), (8, 2000), (32, 5000), (128, 10000)]  # and how many acts
RESIDENTS = 2000
PAGES = 10000
NGINX = """daemon off; master_process off; worker_processes 1; error_log {folder}/error.log; pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{ access_log off; default_type text/html; keepalive_requests 100000000; sendfile on; tcp_nopush on; etag on;
client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d;
scgi_temp_path {folder}/e;
server {{ listen 127.0.0.1:{port}; root {folder}; location / {{ try_files /page.html =404; }} }} }}
"""


class Lianxi:
    def __init__(self, path):
        self.path = str(path)

    def __call__(self, *words):
        return subprocess.run([self.path, *map(str, words)], capture_output=True, text=True, check=True)


def charter():
    """Of a usual size: a calendar of three years, words and terms."""
    made = CHARTER()
    made["day"] = [{"day": f"{year}-{month:02}-{day:02}", "is": "holiday"} for year in (2026, 2027, 2028) for month in range(1, 13)
                   for day in (1, 2, 3, 4, 5, 6, 7, 8)]
    made["word"] += [{"list": "need.category", "code": f"word{i}", "names": regions.names(f"类别第{i}", f"Category {i}")}
                     for i in range(20)]
    return made


CHARTER = regions.charter


class Bench:
    def __init__(self, build):
        self.build = build
        self.lianxi = Lianxi(build / "cli" / "lianxi")
        subprocess.run(["ninja", "-C", build, "cli/lianxi", "cli/bench_spine", "cli/bench_pages"], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        regions.charter = charter
        self.base = self.found()

    def found(self, tries=5):
        """On a crowded machine a kept connection may end between two acts: then from the start."""
        for _ in range(tries - 1):
            try:
                return regions.found(self.lianxi, FOLDER / "base")
            except ConnectionError:
                shutil.rmtree(FOLDER / "base")
        return regions.found(self.lianxi, FOLDER / "base")

    def spine(self, *words):
        done = subprocess.run([self.build / "cli" / "bench_spine", *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    def filled(self, name, needs, residents):
        """A region with needs, and what filling it said."""
        region = self.base.copy(FOLDER / name)
        numbers = region.numbers
        return region, self.spine("fill", region.folder, numbers["officer2"], numbers["secretary"], needs, residents)


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " ---: |" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(f"\nLoad of the machine: {' '.join(f'{x:.1f}' for x in os.getloadavg())}, {os.cpu_count()} processors.\n", flush=True)


def judged(value, aim):
    return f"{value:.2f} ({'met' if value >= aim else 'missed'}: {aim})"


# ---- acts ----

def acts_once(bench, region, first, clients, acts, traced):
    """Each run on a fresh copy of the same region."""
    shutil.rmtree(FOLDER / "run", ignore_errors=True)
    run = region.copy(FOLDER / "run")
    if traced:
        shutil.copy(run.database, FOLDER / "copy.db")
    return bench.spine("acts", run.folder, FOLDER / "copy.db" if traced else "-", clients, acts, first, RESIDENTS)


def measure_acts(bench):
    region, made = bench.filled("small", 5000, RESIDENTS)
    rows = []
    for clients, acts in CLIENTS:
        plain = acts_once(bench, region, made["first"], clients, acts, False)
        traced = acts_once(bench, region, made["first"], clients, acts, True)
        rate, bare = acts / plain["seconds"], acts / traced["replay"]
        row = [str(clients), f"{rate:,.0f}", f"{acts / traced['commits']:.1f}", f"{bare:,.0f}",
               judged(rate / bare, 0.6) if clients == 128 else f"{rate / bare:.2f}",
               f"{1e6 * plain['cpu'] / acts:.0f}", f"{1e6 * traced['replay_cpu'] / acts:.0f}",
               f"{traced['replay_cpu'] / plain['cpu']:.2f}", f"{traced['statements'] / acts:.1f}", ""]
        if clients == 1:
            sync = bench.spine("sync", FOLDER / "sync")
            syncs = sync["syncs"] / sync["seconds"]
            row[-1] = f"{syncs:,.0f}: {judged(rate / syncs, 0.8)}"
        rows.append(row)
    print("Acts (half need.submit, half need.back), durable, in process, from a region of 5,000 needs. The rate is of a run "
          "without recording; the replay is of a second run of the same acts, with its batches.\n")
    table(["clients", "acts/s", "acts a commit", "bare SQL/s", "ratio", "processor µs an act", "of bare SQL", "ratio",
           "statements an act", "syncs/s of the disk"], rows)


# ---- pages ----

def requests_file(name, paths, **fields):
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    path = FOLDER / name
    path.write_text("".join(f"GET {each} HTTP/1.1\nHost: localhost\n{head}%%\n" for each in paths))
    return path


def fetch(bench, port, connections, status, path, seconds=None):
    done = subprocess.run([bench.build / "cli" / "bench_pages", str(port), str(connections), str(seconds or SECONDS), str(status), path],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


class Nginx:
    """Debian's nginx on one page, whatever the path."""

    def __init__(self, body):
        self.folder, self.port = FOLDER / "nginx", random.randrange(20000, 30000)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.folder.chmod(0o755)
        (self.folder / "page.html").write_bytes(body)
        (self.folder / "conf").write_text(NGINX.format(folder=self.folder, port=self.port))
        self.process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", self.folder / "conf", "-p", self.folder,
                                         "-g", f"user {os.environ.get('USER') or 'root'};"], stderr=subprocess.DEVNULL)
        regions.wait_for(lambda: regions.Client(self.port).get("/").status == 200)

    def tag(self):
        return regions.Client(self.port).get("/").fields["etag"]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Acting:
    """One act a second while pages are read."""

    def __init__(self, region):
        self.client, self.over, self.acts = region.client("other"), threading.Event(), 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.over.wait(1):
            self.client.make("/needs/new/submit", regions.need())
            self.acts += 1

    def stop(self):
        self.over.set()
        self.thread.join()


def paths_of(pages):
    """Different pages of the list: by number, by filter, by key, 50 a page."""
    chosen = random.Random(7)
    kinds = [lambda: f"/needs?before={chosen.randrange(60, NEEDS)}", lambda: f"/needs?page={chosen.randrange(1, 20)}",
             lambda: f"/needs?place=member/{chosen.randrange(1, 4)}&before={chosen.randrange(60, NEEDS)}"]
    return [chosen.choices(kinds, [8, 1, 1])[0]() for _ in range(pages)]


def memory_of(process):
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmHWM", "VmRSS"))}


def cpu_of(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def page_row(bench, what, server, peer, ours, theirs, status, aim, connections=32):
    begun = cpu_of(server[1]), cpu_of(peer[1])
    got = fetch(bench, server[0], connections, status, ours)
    against = fetch(bench, peer[0], connections, status, theirs)
    cpu = cpu_of(server[1]) - begun[0], cpu_of(peer[1]) - begun[1]
    rate, bare = got["requests"] / got["seconds"], against["requests"] / against["seconds"]
    each = 1e6 * cpu[0] / got["requests"], 1e6 * cpu[1] / against["requests"]
    return [what, f"{rate:,.0f}", f"{1000 * got['median']:.1f}", f"{1000 * got['p99']:.1f}", f"{got['refused']:,}", f"{bare:,.0f}", judged(rate / bare, aim),
            f"{each[0]:.0f}", f"{each[1]:.0f}", f"{each[1] / each[0]:.2f}"]


def measure_pages(bench, region, entries):
    region.start()
    server = (region.server.port, region.server.process.pid)
    body = regions.Client(server[0]).get(paths_of(1)[0]).body
    nginx = Nginx(body)
    peer = (nginx.port, nginx.process.pid)
    paths = paths_of(PAGES)
    plain, tagged = requests_file("plain", paths), requests_file("tagged", ["/"], **{"If-None-Match": nginx.tag()})
    signed = requests_file("signed", paths, Authorization=f"Bearer {region.tokens['asker']}")
    rows = []
    # not modified: nothing is entered meanwhile
    tag = regions.Client(server[0]).get("/needs").fields["etag"]
    rows.append(page_row(bench, "not modified", server, peer, requests_file("same", ["/needs"], **{"If-None-Match": tag}), tagged, 304, 0.9))
    acting = Acting(region)
    rows.append(page_row(bench, "list, stranger", server, peer, plain, plain, 200, 0.3))
    rows.append(page_row(bench, "list, signed in", server, peer, signed, plain, 200, 0.3))
    long = fetch(bench, server[0], 128, 200, plain, 60 * MINUTES or None)
    faults = sign_in_many(region)
    acting.stop()
    memory = memory_of(server[1])
    region.stop()
    nginx.stop()
    print(f"List of 50 out of {NEEDS:,} needs ({entries:,} entries), {PAGES:,} different addresses, 32 connections, "
          f"{SECONDS:.0f} s each, one act a second meanwhile ({acting.acts} acts; not while not modified); page of {len(body):,} bytes.\n")
    table(["page", "pages/s", "median ms", "p99 ms", "refused 503", "nginx/s", "ratio", "processor µs a page", "of nginx", "ratio"], rows)
    print(f"Peak memory of the server after all this, {long['seconds']:.0f} s at 128 clients ({long['requests'] / long['seconds']:,.0f} pages/s, {long['refused']} refused) "
          f"and 20 sign-ins at once ({faults} refused): {memory['VmHWM']:.0f} MB (aim 96, "
          f"{'met' if memory['VmHWM'] <= 96 else 'missed'}; the aim is after ten minutes), now {memory['VmRSS']:.0f} MB.\n")


def sign_in_many(region):
    def one(_):
        return regions.Client(region.server.port, timeout=60).ask(
            "POST", "/api/v1/sign-in", {"name": "asker", "password": regions.PASSWORD}).status

    return sum(status != 200 for status in regions.in_threads(one, list(range(20))))


# ---- rebuild, size ----

def measure_rebuild(bench, region):
    rows = []
    for what, words, aim in (("hash-only verify", ("verify", region.folder), 300000), ("rebuild, rows only", ("rebuild", region.folder, "rows"), 60000),
                             ("rebuild with search", ("rebuild", region.folder, "all"), 25000)):
        got = bench.spine(*words)
        rate = got["entries"] / got["seconds"]
        rows.append([what, f"{got['entries']:,}", f"{rate:,.0f}", f"{got['entries'] / got['cpu']:,.0f}",
                     f"{aim:,} ({'met' if rate >= aim else 'missed'})"])
    table(["work", "entries", "entries/s", "by processor time", "aim"], rows)


def measure_size(bench):
    stripped = FOLDER / "stripped"
    subprocess.run(["strip", "-o", stripped, bench.lianxi.path], check=True)
    size = stripped.stat().st_size / 1e6
    print(f"The binary, stripped: {size:.2f} MB (aim 8, {'met' if size < 8 else 'missed'}).\n")


def main():
    words = sys.argv[1:]
    build = pathlib.Path(words.pop(0)).resolve() if words and pathlib.Path(words[0]).is_dir() else TOP / "build" / "release"
    parts = words or ["acts", "pages", "rebuild", "size"]
    bench = Bench(build)
    if "acts" in parts:
        measure_acts(bench)
    if "pages" in parts or "rebuild" in parts:
        begun = time.monotonic()
        region, made = bench.filled("big", NEEDS, max(RESIDENTS, NEEDS // 10))
        print(f"Filled in {time.monotonic() - begun:.0f} s: {made['entries']:,} entries, "
              f"{region.database.stat().st_size / 1e6:.0f} MB.\n", flush=True)
        if "pages" in parts:
            measure_pages(bench, region, made["entries"])
        if "rebuild" in parts:
            measure_rebuild(bench, region)
    if "size" in parts:
        measure_size(bench)


if __name__ == "__main__":
    main()
