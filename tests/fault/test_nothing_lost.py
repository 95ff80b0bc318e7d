# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kills, full disks, stopped processes and jumping clocks: every act that was answered is there once, nothing else is half there."""
import http.client
import os
import pathlib
import random
import resource
import signal
import sqlite3
import subprocess
import threading
import time

import pytest
from region import NOON, Client, carry, need, wait_for

RESTING = (ConnectionError, http.client.HTTPException, OSError)


class Sender(threading.Thread):
    """Submits needs one after the other, each with a key, until told to end; repeats each until it is answered."""

    def __init__(self, region, name, seed):
        super().__init__(daemon=True)
        self.region, self.token, self.seed = region, region.tokens[name], seed
        self.ending, self.answered, self.unanswered, self.faults, self.tries = threading.Event(), {}, None, [], 0

    def run(self):
        n = 0
        while not self.ending.is_set() and not self.faults:
            n += 1
            self.send(f"{self.seed}-{n}")

    def send(self, key):
        body = need(title=f"需求 {key}")
        while True:
            server = self.region.server
            if server is None:
                time.sleep(0.01)
                continue
            self.tries += 1
            try:
                answer = Client(server.port, self.token, timeout=15).ask(
                    "POST", "/api/v1/needs/new/submit", body, {"Idempotency-Key": key})
            except RESTING:
                time.sleep(0.02)
                continue
            if answer.status == 503:
                time.sleep(0.05)
                continue
            if answer.status != 201:
                self.faults.append(f"{key}: {answer}")
            else:
                self.answered[key] = answer.json()
            return


def begin(region, count):
    senders = [Sender(region, ("asker", "backer", "other", "officer1", "officer2", "officer3")[i % 6], f"k{i}") for i in range(count)]
    for sender in senders:
        sender.start()
    return senders


def end(senders):
    for sender in senders:
        sender.ending.set()
    for sender in senders:
        sender.join(60)
        assert not sender.is_alive() and not sender.faults, sender.faults


def once_each(region, senders):
    """Every answered act is there exactly once, under the number and entry that were told."""
    with sqlite3.connect(f"file:{region.database}?mode=ro", uri=True) as db:
        titles = {}
        for number, made, chunk in db.execute(
                "SELECT need.id, made_n, bytes FROM need JOIN content_chunk ON place = f_title * 4096"):
            titles.setdefault(bytes(chunk).decode(), []).append((number, made))
    answered = 0
    for sender in senders:
        for key, told in sender.answered.items():
            assert titles.get(f"需求 {key}") == [(told["number"], told["entry"])], key
            answered += 1
    ours = [title for title in titles if title.startswith("需求 ")]
    assert answered == len(ours), "each sender repeats until answered, so nothing is there that was not answered"
    return answered


def kill_and_start(region, chance, times):
    for _ in range(times):
        time.sleep(chance.uniform(0.02, 0.35))
        region.kill()
        region.start(now=NOON)


def killed(region, times, count, seed):
    region.stop()
    region.start(now=NOON)
    senders = begin(region, count)
    kill_and_start(region, random.Random(seed), times)
    end(senders)
    assert sum(s.tries for s in senders) > sum(len(s.answered) for s in senders), "no request ever met a kill"
    region.verify()
    return once_each(region, senders)


def test_killed_twenty_times_under_load(region):
    assert killed(region, 20, 8, 1) > 100


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_killed_two_hundred_times_under_load(region, seed):
    assert killed(region, 200, 16, seed) > 1000


# ---- inside commits: a file layer that fails the n-th write is in the program's own tests; here the process is killed in them ----

def freeze(process):
    """SIGSTOP, and wait until every thread stands: the signal is not yet the stop."""
    os.kill(process.pid, signal.SIGSTOP)
    tasks = pathlib.Path(f"/proc/{process.pid}/task")
    for _ in range(2000):
        try:
            states = [(task / "stat").read_text().rpartition(")")[2].split()[0] for task in tasks.iterdir()]
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread ended meanwhile
        if all(state in "Tt" for state in states):
            return
        time.sleep(0.005)
    pytest.fail("the server does not stop")


def test_killed_inside_commits(region, tmp_path):
    """strace is not everywhere: SIGSTOP at random, then SIGKILL while it stands in the middle of whatever it did."""
    senders = begin(region, 6)
    chance = random.Random(5)
    for _ in range(8):
        time.sleep(chance.uniform(0.05, 0.2))
        freeze(region.server.process)
        copy = tmp_path / f"copy{len(list(tmp_path.iterdir()))}"
        copy.mkdir()
        # what is in the files at this moment, as a power cut would leave it
        for file in region.folder.iterdir():
            if file.is_file() and not file.name.endswith("-shm"):
                (copy / file.name).write_bytes(file.read_bytes())
        known = [dict(sender.answered) for sender in senders]
        region.kill()
        region.start()
        check_copy(region, copy, known)
    end(senders)
    region.verify()
    once_each(region, senders)


def check_copy(region, copy, known):
    """Whatever had been answered by then is in the copy, and the copy verifies."""
    done = region.lianxi("verify", copy, code=None)
    assert done.returncode == 0, done.stdout + done.stderr
    with sqlite3.connect(copy / "lianxi.db") as db:
        size = db.execute("SELECT max(n) FROM entry").fetchone()[0]
    db.close()
    told = [answer["entry"] for answered in known for answer in answered.values()]
    assert max(told, default=0) <= size


def test_a_clean_stop_answers_what_it_had_taken(region):
    senders = begin(region, 8)
    for _ in range(3):
        time.sleep(0.3)
        region.stop()
        region.start()
    end(senders)
    region.verify()
    assert once_each(region, senders) > 20


# ---- a full disk ----

def fill(folder):
    """Leaves no byte on the file system of the folder."""
    with open(folder / "ballast", "wb", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                pass


@pytest.fixture()
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True, text=True)
    if done.returncode != 0:
        yield None
        return
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def refusing(client):
    """Sends until the first refusal for want of space; what was accepted."""
    accepted = 0
    for _ in range(3000):
        answer = client.send("/needs/new/submit", need(text="长" * 5000))
        if answer.status == 503:
            assert answer.json()["code"] and int(answer.fields["retry-after"]) > 0
            return accepted
        assert answer.status == 201, answer
        accepted += 1
    raise AssertionError("never full")


def full_and_free_again(region, free):
    """Refused with 503, read all the same; written again when there is space."""
    client = region.asker
    accepted = refusing(client)
    before = region.entries
    for _ in range(5):
        answer = client.send("/needs/new/submit", need(text="长" * 5000), key="after")
        assert answer.status == 503, answer
        assert region.nobody.get("/needs").status == 200 and region.nobody.read("/needs/1")["number"] == 1
        assert region.nobody.read("/needs")["total"] == accepted + 1
    assert region.entries == before
    free()
    answered = []

    def resumed():
        answered.append(client.send("/needs/new/submit", need(title="又有地方了"), key="after free"))
        return answered[-1].status == 201

    wait_for(resumed, 15)
    assert region.entries == before + 1
    assert client.send("/needs/new/submit", need(title="又有地方了"), key="after free").status in (201, 422)
    assert region.entries == before + 1


def test_a_full_disk(founded, small_disk):
    if small_disk is None:
        pytest.skip("no file system of one's own can be mounted here: the limit on file sizes is tested instead")
    region = founded.copy(small_disk / "region").start(now=NOON, log=f"{small_disk.parent}/log")
    try:
        carry(region, "submitted")
        fill(small_disk)
        full_and_free_again(region, lambda: (small_disk / "ballast").unlink())
        region.verify()
    finally:
        region.kill()


def test_a_limit_on_the_size_of_files(founded, tmp_path):
    """What quota and `ulimit -f` do: writing fails at a size, and goes on when the limit is raised."""
    region = founded.copy(tmp_path / "region").start(now=NOON, log=f"{tmp_path}/log")
    pid = region.server.process.pid
    try:
        carry(region, "submitted")
        size = max(path.stat().st_size for path in region.folder.iterdir())
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 200_000, hard))
        full_and_free_again(region, lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard)))
        region.verify()
    finally:
        region.kill()


# ---- stopped, and the clock ----

def test_stopped_and_continued(region):
    senders = begin(region, 4)
    for _ in range(4):
        time.sleep(0.15)
        os.kill(region.server.process.pid, signal.SIGSTOP)
        time.sleep(0.5)
        os.kill(region.server.process.pid, signal.SIGCONT)
    end(senders)
    region.verify()
    assert once_each(region, senders) > 10


@pytest.mark.parametrize("moments", [("2037-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), ("2027-06-01T00:00:00Z", "1999-01-01T00:00:00Z")])
def test_a_clock_that_jumps(region, moments):
    """Forward by years: what is due is entered in order. Back again: no entry is older than the one before."""
    number = carry(region, "routed")
    region.stop()
    tokens = dict(region.tokens)
    for moment in moments:
        region.start(now=moment)
        wait_for(lambda: region.nobody.read(f"/needs/{number}")["terms"] and region.entries > 0)
        time.sleep(1.5)
        assert region.nobody.get("/").status == 200
        region.stop()
    region.start()
    region.tokens = tokens
    ats = [region.nobody.read(f"/record/{n}")["at"] for n in range(1, region.entries + 1)]
    assert ats == sorted(ats)
    acts = [region.nobody.read(f"/record/{n}").get("act") for n in range(1, region.entries + 1)]
    assert "need.unsigned" in acts and "need.overdue" in acts
    # a clock that was wrong once does not stop the region
    region.register("latecomer")
    region.verify()


def test_two_processes_never_write(region):
    done = region.lianxi("serve", region.folder, "--listen", "127.0.0.1:0", code=None, timeout=30)
    assert done.returncode == 3 and done.stderr
    assert region.lianxi("rebuild", region.folder, code=None).returncode == 3
    region.verify()


def test_memory_that_is_short(founded, tmp_path):
    """A ceiling on the process's memory: acts are answered or refused, and nothing is half there."""
    region = founded.copy(tmp_path / "region").start(now=NOON, log=f"{tmp_path}/log")
    try:
        pid = region.server.process.pid
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        used = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmSize"))) * 1024
        resource.prlimit(pid, resource.RLIMIT_AS, (used + (24 << 20), resource.RLIM_INFINITY))
        senders = begin(region, 12)
        time.sleep(2)
        resource.prlimit(pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        end(senders)
        region.verify()
        assert once_each(region, senders) > 0
    finally:
        region.kill()
