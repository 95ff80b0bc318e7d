# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acts signed by who acts: keys registered with a mandate, orders signed by `lianxi sign`, entered once, here, and by that mandate."""
import base64
import hashlib
import html
import json
import re
import sqlite3
import time

import ed25519
import pytest
import region as regions
import sm2

SIGNED = ["need.route", "need.say", "commitment.report"]


class Key:
    """A key that `lianxi keygen` made, and the orders that `lianxi sign` signs with it."""

    def __init__(self, lianxi, folder, algorithm="ed25519", name="key"):
        self.lianxi, self.file = lianxi, folder / f"{name}-{algorithm}"
        out = lianxi("keygen", self.file, "--person", "--algorithm", algorithm).stdout
        self.algorithm, self.public = out.strip().splitlines()[-1].split()
        assert self.algorithm == algorithm and self.file.stat().st_mode & 0o777 == 0o600

    def sign(self, act, of, where, log, order, hours=72):
        done = self.lianxi("sign", act, of, "--key", self.file, "--as", where, "--log", log, "--hours", hours, "--input", "-",
                           stdin=json.dumps(order, ensure_ascii=False))
        return json.loads(done.stdout)

    def holds(self, message, signature):
        verify = ed25519.verify if self.algorithm == "ed25519" else sm2.verify
        return verify(bytes.fromhex(self.public), message, signature)


@pytest.fixture(scope="module")
def signing(lianxi, tmp_path_factory):
    """A region whose charter asks for signatures."""
    return regions.found(lianxi, tmp_path_factory.mktemp("signing") / "founded", signing=[{"act": act} for act in SIGNED])


@pytest.fixture()
def region(signing, tmp_path):
    own = signing.copy(tmp_path / "region").start()
    own.log = own.nobody.get("/log/checkpoint").body.decode().split("\n")[0]
    yield own
    own.kill()


def mandate_of(region, name):
    """The mandate under which the secretariat acts."""
    return next(m["number"] for m in region.nobody.read("/mandates?limit=100")["mandates"]
                if m["holder"]["ref"] == name and m["state"] == "valid")


def register(region, key, by="secretary", holder="body/2"):
    """Registers a key and says where."""
    number = mandate_of(region, holder)
    getattr(region, by).act(f"/mandates/{number}/register_key", key=[{"algorithm": key.algorithm, "public": key.public}])
    keys = region.nobody.read(f"/mandates/{number}")["key"]
    row = next(row["row"] for row in keys if row["public"] == key.public)
    return f"mandate/{number}#key.{row}"


def entry(region, n):
    return region.nobody.read(f"/record/{n}")


def stored(region, n):
    with sqlite3.connect(region.database) as database:
        return json.loads(database.execute("SELECT bytes FROM entry WHERE n = ?", (n,)).fetchone()[0])


def statement(stored):
    """What was signed, put together from the entry alone as docs/journal.md says."""
    proof = stored["proof"]
    of = stored["of"].split("/")[0] + "/new" if proof.get("made") else stored["of"]
    said = {"what": "lianxi order 1", "act": stored["act"], "of": of,
            **{name: proof[name] for name in ("input", "key", "log", "nonce", "until")}}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("algorithm", ["ed25519", "sm2"])
def test_a_signed_act_carries_a_proof_that_others_verify(region, lianxi, tmp_path, algorithm):
    key = Key(lianxi, tmp_path, algorithm)
    where = register(region, key)
    need, order = regions.submit(region), {"lead": "member/2"}
    refused = region.secretary.refused(f"/needs/{need}/route", 422, **order)
    assert refused["code"] == "proof.needed"
    sent = key.sign("need.route", f"need/{need}", where, region.log, order)
    assert {k: v for k, v in sent.items() if k != "signed"} == order
    n = region.secretary.act(f"/needs/{need}/route", sent)["entry"]
    got = stored(region, n)
    proof = got["proof"]
    assert proof["key"] == where and proof["algorithm"] == algorithm and got["by"] == where.split("#")[0]
    assert key.holds(statement(got), base64.b64decode(proof["signature"]))
    salt = base64.b64decode(sent["signed"]["salt"])
    canonical = json.dumps(order, sort_keys=True, separators=(",", ":")).encode()
    assert base64.b64decode(proof["input"]) == hashlib.sha256(salt + canonical).digest()
    assert sent["signed"]["salt"] not in json.dumps(got)
    region.verify()


def test_an_order_is_entered_once_here_and_as_it_is(region, lianxi, tmp_path):
    key = Key(lianxi, tmp_path)
    where = register(region, key)
    first, second = regions.submit(region), regions.submit(region)

    def sign(of, **how):
        more = {"where": where, "log": region.log, "order": {"lead": "member/2"}, **how}
        return key.sign("need.route", f"need/{of}", **more)

    def refuse(of, order, status, code):
        problem = region.secretary.send(f"/needs/{of}/route", order)
        assert (problem.status, problem.json()["code"]) == (status, code), problem

    order = sign(first)
    refuse(second, order, 403, "proof.signature")  # moved to another record
    refuse(first, {**order, "lead": "member/3"}, 403, "proof.signature")  # another input
    for member, value in (("nonce", "0" * 32), ("until", order["signed"]["until"] + 1), ("salt", base64.b64encode(bytes(32)).decode())):
        refuse(first, {**order, "signed": {**order["signed"], member: value}}, 403, "proof.signature")
    for member, value in (("nonce", "x"), ("until", "soon"), ("salt", ""), ("signature", "AA=="), ("key", "mandate/1"), ("algorithm", "rsa"),
                          ("log", "")):
        refuse(first, {**order, "signed": {**order["signed"], member: value}}, 422, "proof.form")
    refuse(first, {**order, "signed": "yes"}, 422, "proof.form")
    refuse(first, sign(first, log="another.example/log"), 409, "proof.log")
    refuse(first, sign(first, where=where.split("#")[0] + "#key.9"), 403, "proof.key")
    other = Key(lianxi, tmp_path, name="other")
    refuse(first, other.sign("need.route", f"need/{first}", where, region.log, {"lead": "member/2"}), 403, "proof.signature")
    refuse(first, key.sign("need.merge", f"need/{first}", where, region.log, {"lead": "member/2"}), 403, "proof.signature")
    entries = region.entries
    done = region.secretary.send(f"/needs/{first}/route", order, key="one")
    assert done.status == 200
    again = region.secretary.send(f"/needs/{first}/route", order, key="one")  # the answer was lost on the way
    assert again.json()["entry"] == done.json()["entry"] and region.entries == entries + 1
    refuse(first, order, 409, "proof.again")
    # somebody else who gets hold of an order cannot enter it
    stolen = region.officer1.send(f"/needs/{second}/route", sign(second))
    assert (stolen.status, stolen.json()["code"]) == (403, "act.mandate")
    region.verify()


def test_a_late_order_and_a_revoked_key_are_refused(region, lianxi, tmp_path):
    key = Key(lianxi, tmp_path)
    where = register(region, key)
    need = regions.submit(region)
    order = key.sign("need.route", f"need/{need}", where, region.log, {"lead": "member/2"}, hours=1)
    region.stop()
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
    region.start(now=tomorrow)
    assert region.secretary.refused(f"/needs/{need}/route", 409, **order)["code"] == "proof.late"
    order = key.sign("need.route", f"need/{need}", where, region.log, {"lead": "member/2"})
    number, row = re.fullmatch(r"mandate/(\d+)#key\.(\d+)", where).groups()
    region.secretary.act(f"/mandates/{number}/revoke_key", key=[{"row": int(row)}])
    assert region.secretary.refused(f"/needs/{need}/route", 403, **order)["code"] == "proof.key"
    region.verify()


def test_what_was_signed_stays_verified_after_its_key_has_gone(region, lianxi, tmp_path):
    key = Key(lianxi, tmp_path)
    where = register(region, key)
    need = regions.submit(region)
    region.secretary.act(f"/needs/{need}/route", key.sign("need.route", f"need/{need}", where, region.log, {"lead": "member/2"}))
    number, row = re.fullmatch(r"mandate/(\d+)#key\.(\d+)", where).groups()
    region.secretary.act(f"/mandates/{number}/revoke_key", key=[{"row": int(row)}])
    region.verify()


def test_keys_that_are_none_are_not_registered(region, lianxi, tmp_path):
    number = mandate_of(region, "body/2")
    good = Key(lianxi, tmp_path, "sm2")
    for algorithm, public in (("ed25519", "ab" * 31), ("ed25519", good.public), ("sm2", "02" + "ff" * 32), ("sm2", good.public.upper()),
                              ("ed25519", "xy" * 32), ("sm2", "ab" * 32)):
        answer = region.secretary.send(f"/mandates/{number}/register_key", {"key": [{"algorithm": algorithm, "public": public}]})
        assert answer.status == 422 and answer.json()["code"] == "mandate_key_fits", (algorithm, public, answer)
    assert region.officer1.send(f"/mandates/{number}/register_key",
                                {"key": [{"algorithm": "sm2", "public": good.public}]}).status == 403


def test_verify_finds_a_signature_that_does_not_hold(region, lianxi, tmp_path):
    """Who rewrites entry and tree together still cannot sign for the mandate."""
    key = Key(lianxi, tmp_path)
    where = register(region, key)
    need = regions.submit(region)
    n = region.secretary.act(f"/needs/{need}/route", key.sign("need.route", f"need/{need}", where, region.log, {"lead": "member/2"}))["entry"]
    region.verify()
    with sqlite3.connect(region.database) as database:
        old = database.execute("SELECT bytes FROM entry WHERE n = ?", (n,)).fetchone()[0]
        changed = json.loads(old)
        changed["proof"]["nonce"] = "0" * 32
        new = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        database.execute("UPDATE entry SET bytes = ?, leaf = ? WHERE n = ?", (new, hashlib.sha256(b"\0" + new).digest(), n))
    done = lianxi("verify", region.folder, code=1)
    assert f"Entry {n} is signed, but the signature does not hold" in done.stdout, done.stdout


def test_the_form_says_how_to_sign_and_takes_what_was_signed(region, lianxi, tmp_path):
    key = Key(lianxi, tmp_path)
    where = register(region, key)
    need = regions.submit(region)
    client = regions.Client(region.server.port)
    signed_in = client.ask("POST", "/api/v1/sign-in", {"name": "secretary", "password": regions.PASSWORD})
    cookie = {"Cookie": signed_in.fields["set-cookie"].split(";")[0]}
    page = client.get(f"/needs/{need}/route", **cookie).body.decode()
    assert f"lianxi sign need.route need/{need} " in html.unescape(page) and where in page and region.log in page
    fields = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', page))

    def post(**more):
        from urllib.parse import urlencode
        return client.ask("POST", f"/needs/{need}/route", urlencode({**fields, "lead": "member/2", **more}).encode(),
                          {**cookie, "Content-Type": "application/x-www-form-urlencoded"})

    back = post()
    assert back.status == 422
    typed = re.search(r'<textarea[^>]*name="signed"[^>]*>([^<]*)</textarea>', back.body.decode()).group(1)
    order = json.loads(html.unescape(typed))
    assert order["lead"] == "member/2"
    assert post(signed="not JSON").status == 422
    done = post(signed=json.dumps(key.sign("need.route", f"need/{need}", where, region.log, order)))
    assert done.status == 303, done
    assert region.nobody.read(f"/needs/{need}")["state"] == "routed"


def test_a_charter_names_acts_that_there_are(lianxi, tmp_path):
    with pytest.raises(AssertionError):
        regions.found(lianxi, tmp_path / "r", signing=[{"act": "need.rout"}])
