# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small region made through `lianxi init` and HTTP alone, and clients for the people in it.

Three members (B's superior is A), a council with a seat for each, a secretariat. Who is there: `secretary`; for each member 1 2 3
an `admin`, an `officer` and a `delegate` ("officer2"); verified residents `asker`, `backer`, `other`; `stranger` is only registered.
"""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

# a server's clock that begins so meets no midnight while a test runs, and so no deadline
NOON = time.strftime("%Y-%m-%dT02:00:00Z", time.gmtime(time.time() + 86400))

PASSWORD = "a long pass-phrase 2026"
OFFICES = ("administrator", "officer", "delegate")
MEMBERS = (1, 2, 3)


def names(zh, en):
    return {"zh": zh, "en": en}


def term(name, length, unit, **more):
    return {"name": name, "length": length, "unit": unit, **more}


def charter():
    """A charter whose terms are short and whose rules need few voices."""
    member = [("A", "甲市", "A City", 800), ("B", "乙市", "B City", 100), ("C", "丙市", "C City", 100)]
    return {
        "names": names("测试联席会议", "Test Council"), "currency": "CNY", "places": 2, "zone": "+08:00",
        "sample": "no", "second_factor": "no", "without_account": "yes",
        "institution": [{"type": "need", "on": "yes"}, {"type": "commitment", "on": "yes"},
                        {"type": "agreement", "on": "yes"}, {"type": "allocation", "on": "yes"},
                        {"type": "organisation", "on": "yes"}, {"type": "project", "on": "yes"},
                        {"type": "round", "on": "yes"}],
        "word": [{"list": "need.category", "code": "transport", "names": names("交通", "Transport")},
                 {"list": "need.category", "code": "water", "names": names("水", "Water")},
                 {"list": "round.rule", "code": "mes", "names": names("均等份额", "Equal Shares")},
                 {"list": "round.completion", "code": "add1x,greedy", "names": names("补足", "Filled up")},
                 {"list": "round.tie", "code": "id", "names": names("按代码", "By code")},
                 {"list": "round.ground", "code": "burden", "names": names("负担过重", "Burden")},
                 {"list": "domain", "code": "transport", "names": names("交通", "Transport")}],
        "question": [{"list": "need.category", "category": "water", "code": "river", "names": names("哪条河", "Which river"),
                      "answer": "text", "needed": "yes"}],
        "term": [term("need.sign", 1, "working_days"), term("need.answer", 3, "working_days", soon=1),
                 term("need.raise", 5, "working_days"), term("need.verdict", 10, "days"),
                 term("charter.amend", 5, "days"), term("commitment.doubt", 5, "days"),
                 term("organisation.renew", 730, "days"), term("organisation.appeal", 5, "days"),
                 term("project.adopt", 5, "days"), term("round.object", 5, "days"), term("round.confirm", 5, "days"),
                 term("charter.council.seat", 5, "days"), term("member.notice", 30, "days")],
        "rule": [{"name": "charter.amend", "quorum": "1/2", "silence": "absent", "early": "yes"},
                 {"name": "allocation.adopt", "silence": "absent", "early": "yes"},
                 {"name": "agreement.parties", "silence": "absent", "early": "yes"},
                 {"name": "commitment.change", "silence": "absent", "early": "yes"},
                 {"name": "organisation.appeal", "silence": "absent", "early": "yes"},
                 {"name": "round.confirm", "silence": "absent", "early": "yes"},
                 {"name": "project.adopt", "silence": "absent", "early": "yes"},
                 {"name": "need.extend", "silence": "absent", "early": "yes"}],
        "majority": [{"rule": "round.confirm", "weight": "one", "of": "asked", "least": "2/3", "more": "no"},
                     {"rule": "charter.amend", "weight": "one", "of": "asked", "least": "2/3", "more": "no"},
                     {"rule": "allocation.adopt", "weight": "one", "of": "asked", "least": "1/1", "more": "no"},
                     {"rule": "agreement.parties", "weight": "one", "of": "asked", "least": "1/1", "more": "no"},
                     {"rule": "commitment.change", "weight": "one", "of": "asked", "least": "2/3", "more": "no"},
                     {"rule": "organisation.appeal", "weight": "one", "of": "asked", "least": "2/3", "more": "no"},
                     {"rule": "project.adopt", "weight": "one", "of": "asked", "least": "2/3", "more": "no"},
                     {"rule": "need.extend", "weight": "one", "of": "asked", "least": "1", "more": "no"}],
        "day": [],
        "members": [{"code": code, "names": names(zh, en), "part": "full", **({"superior": "A"} if code == "B" else {}),
                     "figure": [{"year": 2020, "population": population}]} for code, zh, en, population in member],
        "bodies": [{"as": "council", "names": names("联席会议", "Council"), "kind": "conference",
                    "seat": [{"names": names(zh, en), "member": code, "voice": "votes"} for code, zh, en, _ in member]},
                   {"as": "secretariat", "names": names("秘书处", "Secretariat"), "kind": "secretariat"}],
    }


class Answer:
    """What came back: status, fields (names in lower case), body as bytes."""

    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:600].decode(errors='replace')}"


class Client:
    """One person's way to the server; `token` None: a stranger. Keeps its connection."""

    def __init__(self, port, token=None, timeout=30):
        self.port, self.token, self.timeout, self.connection, self.used = port, token, timeout, None, 0

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask(self, method, path, body=None, fields=None):
        """One exchange; the body may be bytes, or anything that becomes JSON."""
        fields = dict(fields or {})
        if self.token is not None:
            fields.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            fields.setdefault("Content-Type", "application/json")
        if time.monotonic() - self.used > 1:
            self.close()  # the server ends connections that rest
        fresh = self.connection is None
        try:
            return self.exchange(method, path, body, fields)
        except (http.client.BadStatusLine, ConnectionError):
            self.close()
            # a kept connection may have ended meanwhile; what changes something is not repeated unasked
            if fresh or method not in ("GET", "HEAD"):
                raise
            return self.exchange(method, path, body, fields)

    def exchange(self, method, path, body, fields):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            self.connection.request(method, path, body=body, headers=fields)
        except (BrokenPipeError, ConnectionResetError):
            pass  # a body that is too long is refused before it ends: the answer may be there
        reply = self.connection.getresponse()
        data = reply.read()
        self.used = time.monotonic()
        got = {}
        for name, value in reply.getheaders():
            got[name.lower()] = value if name.lower() not in got else got[name.lower()] + ", " + value
        if reply.will_close:
            self.close()
        return Answer(reply.status, got, data)

    def get(self, path, status=200, **fields):
        answer = self.ask("GET", path, fields={k.replace("_", "-"): v for k, v in fields.items()})
        assert answer.status == status, f"GET {path}: {answer}"
        return answer

    def read(self, path):
        """A page of the API, as JSON."""
        return self.get("/api/v1" + path).json()

    def send(self, path, body=None, key=None):
        """An act, whatever becomes of it."""
        fields = {} if key is None else {"Idempotency-Key": key}
        return self.ask("POST", "/api/v1" + path, {} if body is None else body, fields)

    def act(self, path, body=None, **fields):
        """An act that must be allowed; what was answered."""
        answer = self.send(path, {**(body or {}), **fields})
        assert answer.status in (200, 201), f"POST {path}: {answer}"
        return answer.json()

    def make(self, path, body=None, **fields):
        """An act that makes a record; its number."""
        return self.act(path, body, **fields)["number"]

    def refused(self, path, status, code=None, **fields):
        """An act that must be refused, by a problem."""
        answer = self.send(path, fields)
        assert answer.status == status, f"POST {path}: {answer}"
        problem = answer.json()
        assert answer.fields["content-type"].startswith("application/problem+json") and problem["status"] == status
        assert code is None or problem["code"] == code, problem
        return problem


class Server:
    """`lianxi serve` on a free port, its log in a file."""

    def __init__(self, binary, folder, now=None, limits=False, log=None, prefix=(), environment=None):
        self.log = pathlib.Path(log or f"{folder}.log")
        command = [*prefix, binary, "serve", str(folder), "--listen", "127.0.0.1:0", "--log"]
        command += [] if limits else ["--no-limits"]
        command += ["--now", now] if now else []
        with open(self.log, "ab") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors,
                                            env={**os.environ, "LC_ALL": "en_GB.UTF-8", **(environment or {})})
        line = self.process.stdout.readline().decode()
        if ":" not in line:
            self.process.wait(10)
            raise AssertionError(f"the server did not start: {line!r} {self.log.read_text()[-2000:]}")
        self.port = int(line.rsplit(":", 1)[1].strip().rstrip("/").split()[0].rstrip("/."))

    def entries(self):
        return Client(self.port).get("/healthz").json()["entries"]

    def stop(self):
        """The clean end: nothing is lost, exit code 0."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.log.read_text()[-2000:]
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait(30)
        self.process.stdout.close()


class Region:
    """A folder with a region, perhaps served, and the tokens of who is in it."""

    def __init__(self, lianxi, folder, tokens=None, numbers=None):
        self.lianxi, self.folder = lianxi, pathlib.Path(folder)
        self.tokens, self.numbers, self.server, self.clients = tokens or {}, numbers or {}, None, {}

    # ---- serving ----

    def start(self, **how):
        self.server = Server(self.lianxi.path, self.folder, **how)
        return self

    def stop(self):
        if self.server is not None:
            self.forget()
            self.server.stop()
            self.server = None

    def kill(self):
        if self.server is not None:
            self.forget()
            self.server.kill()
            self.server = None

    def forget(self):
        for client in self.clients.values():
            client.close()
        self.clients = {}

    def __getattr__(self, name):
        """region.officer2: that person's client. region.nobody: a stranger without account."""
        if name != "nobody" and name not in self.__dict__.get("tokens", {}):
            raise AttributeError(name)
        if name not in self.clients:
            self.clients[name] = Client(self.server.port, self.tokens.get(name))
        return self.clients[name]

    def client(self, name):
        """A client of one's own, for a thread."""
        return Client(self.server.port, self.tokens.get(name))

    @property
    def entries(self):
        return self.server.entries()

    @property
    def database(self):
        return self.folder / "lianxi.db"

    def verify(self):
        """Stops the server; the journal and the tables must agree."""
        self.stop()
        done = self.lianxi("verify", self.folder, code=None)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def copy(self, folder):
        """The same region in another folder; this one must be stopped."""
        assert self.server is None
        shutil.copytree(self.folder, folder)
        return Region(self.lianxi, folder, dict(self.tokens), dict(self.numbers))

    # ---- people ----

    def sign_in(self, name):
        """Signs in by password and keeps a bearer token."""
        client = Client(self.server.port)
        answer = client.ask("POST", "/api/v1/sign-in", {"name": name, "password": PASSWORD})
        assert answer.status == 200, answer
        cookie = answer.fields["set-cookie"].split(";")[0]
        account = client.get("/api/v1/account", Cookie=cookie).json()
        answer = client.ask("POST", "/api/v1/account/tokens", {"label": "tests", "days": 366},
                            {"Cookie": cookie, "X-CSRF-Token": account["csrf"]})
        assert answer.status == 201, answer
        client.close()
        self.tokens[name], self.numbers[name] = answer.json()["token"], account["person"]

    def register(self, name, path="/register", **more):
        answer = Client(self.server.port).ask(
            "POST", "/api/v1" + path, {"name": name, "password": PASSWORD, "called": f"{name} 某", **more})
        assert answer.status == 201, answer
        self.sign_in(name)

    def grant(self, by, name, holder, office):
        number = getattr(self, by).make("/mandates/new/grant", holder=holder, office=office, person=name, called=f"{name} 某")
        getattr(self, name).act(f"/mandates/{number}/accept")

    def settle(self, name, member):
        """A resident, verified by the officer of that member."""
        getattr(self, name).act(f"/persons/{self.numbers[name]}/claim", home=f"member/{member}", proof="110101199001011234")
        getattr(self, f"officer{member}").act(f"/persons/{self.numbers[name]}/verify")


def found(lianxi, folder, **otherwise):
    """Founds the region and stops the server again; `otherwise`: what stands in its charter instead."""
    folder = pathlib.Path(folder)
    file = folder.parent / f"{folder.name}-charter.json"
    file.write_text(json.dumps({**charter(), **otherwise}, ensure_ascii=False))
    printed = lianxi("init", folder, "--charter", file).stdout
    links = {line.split()[0]: line.split()[-1] for line in printed.splitlines() if "/first/" in line}
    region = Region(lianxi, folder).start()
    region.links = links
    try:
        populate(region, links)
    finally:
        region.stop()
    return region


def populate(region, links):
    region.register("secretary", links["body/2"])
    for n in MEMBERS:
        region.register(f"admin{n}", links[f"member/{n}"])
        for office in OFFICES[1:]:
            region.register(f"{office}{n}")
            region.grant(f"admin{n}", f"{office}{n}", f"member/{n}", office)
    region.delegate1.act("/charter/1/adopt")
    for n in MEMBERS:
        getattr(region, f"delegate{n}").act("/charter/1/say", says="yes")
    assert region.nobody.read("/charter")["state"] == "in_force"
    for name, member in (("asker", 2), ("backer", 2), ("other", 3)):
        region.register(name)
        region.settle(name, member)
    region.register("stranger")


# ---- what tests enter again and again ----

TITLES = iter(range(1, 10**9))


def need(**more):
    """The input of a need that everything accepts; no two have the same title."""
    return {"title": f"早晚高峰公交太少 {next(TITLES)}", "text": "跨市公交早晚高峰间隔超过四十分钟。", "kind": "proposal",
            "category": "transport", **more}


def submit(region, by="asker", **more):
    return getattr(region, by).make("/needs/new/submit", need(**more))


ANSWER = {"outcome": "done", "answer": "已于一月一日起加密到十五分钟一班。"}
VERDICT = {"contacted": "yes", "solved": "partly", "satisfied": "no"}


def carry(region, state, by="asker", **more):
    """A need in a state, led by member 2 with member 3 helping."""
    number = submit(region, by, **more)
    steps = {
        "route": lambda: region.secretary.act(f"/needs/{number}/route", lead="member/2", helper=[{"member": "member/3"}]),
        "sign": lambda: region.officer2.act(f"/needs/{number}/sign"),
        "ask": lambda: region.officer2.act(f"/needs/{number}/ask", reason="请问是哪一条路？"),
        "answer": lambda: region.officer2.act(f"/needs/{number}/answer", ANSWER),
        "verdict": lambda: getattr(region, by).act(f"/needs/{number}/verdict", VERDICT),
        "withdraw": lambda: getattr(region, by).act(f"/needs/{number}/withdraw"),
    }
    ways = {"submitted": "", "routed": "route", "signed": "route sign", "asked": "route sign ask",
            "answered": "route sign answer", "closed": "route sign answer verdict", "withdrawn": "withdraw"}
    for step in ways[state].split():
        steps[step]()
    assert region.nobody.read(f"/needs/{number}")["state"] == state
    return number


def multipart(fields, files):
    """A form with files. Fields by name, files as (name, file name, declared type, bytes): the body, and the fields of its head."""
    mark, out = "----a7f3", []
    for name, value in fields.items():
        out.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, called, kind, data in files:
        out.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{called}"\r\n'
                   f'Content-Type: {kind}\r\n\r\n'.encode() + data + b"\r\n")
    out.append(f"--{mark}--\r\n".encode())
    return b"".join(out), {"Content-Type": f"multipart/form-data; boundary={mark}"}


def in_threads(work, arguments):
    """Runs work(argument) for each at once and returns the results in order; the first fault is raised."""
    results, faults = [None] * len(arguments), []

    def one(i):
        try:
            results[i] = work(arguments[i])
        except BaseException as fault:  # noqa: BLE001: raised again below
            faults.append(fault)

    threads = [threading.Thread(target=one, args=(i,), daemon=True) for i in range(len(arguments))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    if faults:
        raise faults[0]
    return results


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if what():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def raw(port, data, timeout=20):
    """Bytes in, bytes out: for what no decent client sends."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(data)
        got = b""
        try:
            while chunk := connection.recv(65536):
                got += chunk
        except (TimeoutError, ConnectionError):
            pass
        return got
