# SPDX-License-Identifier: AGPL-3.0-or-later
"""Idle and dribbling connections, kept up as fast as they are ended: an honest client is served all the same."""
import resource
import selectors
import socket
import threading
import time

import pytest
from region import Client, carry

HEAD = b"GET /needs HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
PAGES = ["/", "/needs", "/needs/1", "/charter", "/record", "/members", "/search?q=%E5%85%AC%E4%BA%A4", "/sign-in", "/api/v1/needs"]


class Crowd(threading.Thread):
    """`idle` connections that say nothing, `dribbling` ones that say a byte every half second; each that ends is replaced."""

    def __init__(self, port, idle, dribbling):
        super().__init__(daemon=True)
        self.port, self.wanted, self.ending = port, {"idle": idle, "dribbling": dribbling}, threading.Event()
        self.poll, self.sockets, self.opened = selectors.DefaultSelector(), {"idle": set(), "dribbling": set()}, 0

    def open_one(self, kind):
        one = socket.socket()
        one.setblocking(False)
        try:
            one.connect_ex(("127.0.0.1", self.port))
            self.poll.register(one, selectors.EVENT_READ, kind)
        except OSError:
            one.close()
            return
        self.sockets[kind].add(one)
        self.opened += 1

    def close_one(self, one, kind):
        self.poll.unregister(one)
        self.sockets[kind].discard(one)
        one.close()

    def dribble(self):
        for one in list(self.sockets["dribbling"]):
            try:
                one.send(HEAD[:1] if one not in self.begun else b"x")
                if one not in self.begun:
                    one.send(HEAD[1:])
                    self.begun.add(one)
            except BlockingIOError:
                pass
            except OSError:
                self.close_one(one, "dribbling")

    def run(self):
        last, self.begun = 0, set()
        while not self.ending.is_set():
            for kind, most in self.wanted.items():
                for _ in range(min(200, most - len(self.sockets[kind]))):
                    self.open_one(kind)
            for key, _ in self.poll.select(0.05):
                try:
                    over = not key.fileobj.recv(4096)
                except BlockingIOError:
                    continue
                except OSError:
                    over = True
                if over:
                    self.begun.discard(key.fileobj)
                    self.close_one(key.fileobj, key.data)
            if time.monotonic() - last > 0.5:
                last = time.monotonic()
                self.dribble()
        for kind, sockets in self.sockets.items():
            for one in list(sockets):
                self.close_one(one, kind)


def crowded(region, idle, dribbling, wait, seconds):
    carry(region, "answered")
    crowd = Crowd(region.server.port, idle, dribbling)
    crowd.start()
    time.sleep(wait)
    slowest, until, asked = 0, time.monotonic() + seconds, 0
    try:
        while time.monotonic() < until:
            for path in PAGES:
                began = time.monotonic()
                # a new connection each time: that is what a crowd makes hard
                client = Client(region.server.port, timeout=10)
                assert client.ask("GET", path).status == 200, path
                client.close()
                slowest, asked = max(slowest, time.monotonic() - began), asked + 1
        assert region.asker.send("/needs/1/verdict", {"contacted": "yes", "solved": "yes", "satisfied": "yes"}).status == 200
    finally:
        crowd.ending.set()
        crowd.join(30)
    assert crowd.opened >= idle + dribbling, "the crowd was never there"
    assert asked > 20 and slowest < 1, f"slowest of {asked}: {slowest:.2f} s"
    region.verify()


def test_a_small_crowd(region):
    crowded(region, 300, 75, 3, 6)


@pytest.mark.long
def test_the_whole_crowd(region):
    """2,000 idle and 500 dribbling connections; from the tenth second on every page within a second."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    try:
        crowded(region, 2000, 500, 10, 30)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
