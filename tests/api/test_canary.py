# SPDX-License-Identifier: AGPL-3.0-or-later
"""A marker in everything that not everyone may see; then every page in every format and language is read by everybody.

Bodies, fields of the answer, the log and the raw entries are searched. After an erasure the files themselves are.
"""
import html
import json
import re
import sqlite3
import urllib.parse

import pytest
from region import NOON, PASSWORD, Client, multipart, need, wait_for

READERS = ["nobody", "stranger", "asker", "backer", "other", "officer1", "officer2", "officer3", "admin2", "delegate2", "secretary"]
WORKERS = {"asker", "officer2", "officer3", "secretary"}
REASON = {"reason": "理由写在这里。"}

# marker: who may see it; everybody else must not. A need is asked by `asker`, led by member 2, helped by member 3.
MAY = {
    "canarycalled": WORKERS,
    "canarynote": WORKERS - {"asker"},
    "canaryhiddentitle": WORKERS,
    "canaryhiddentext": WORKERS,
    "canaryhiddenanswer": WORKERS,
    "canarygonetext": set(),
    "canaryhiddenstudy": {"secretary"},  # the document of an opinion on a project that was hidden
    "canarygonestudy": set(),
    "canarypersonname": {"asker", "officer2"},
    "canarymail": {"asker"},
    "canarydoomed": set(),
    "13811112222": WORKERS - {"officer3"},  # the contact
    "13833334444": {"asker"},  # the person's phone
    "110101199003078888": {"asker", "officer2"},  # the proof of residence
    "13877778888": {"other", "secretary"},  # the contact of an organisation: who applied, and the secretariat
    "canarymembers": {"other", "secretary"},  # the document that shows for whom it speaks: they, and the auditors
    "13855556666": set(),  # the contact of who is erased
}
OF_PERSON = {"canarypersonname", "canarymail", "13833334444", "110101199003078888"}
ANY = re.compile("|".join(MAY).encode())
MARKERS = {marker: re.compile(re.escape(marker.encode()), re.IGNORECASE) for marker in MAY}


def assess(region, project, study):
    """The secretariat finds a project feasible, by a document: the number of the document's content."""
    body, head = multipart({"opinion.0.body": "body/2", "opinion.0.finding": "feasible", "opinion.0.text": "路线可行，见所附文件。"},
                           [("opinion.0.file", "study.csv", "text/csv", f"year,value\r\n2026,{study}\r\n".encode())])
    answer = region.secretary.ask("POST", f"/api/v1/projects/{project}/assess", body, head)
    assert answer.status == 200, answer
    return region.nobody.read(f"/projects/{project}")["opinion"][0]["file"]["content"]


def plant(region):
    """Fills every field that not everyone may see; numbers of the records concerned."""
    asker = region.numbers["asker"]
    region.asker.act(f"/persons/{asker}/change", name="canarypersonname", phone="13833334444", mail="canarymail@example.org")
    region.asker.act(f"/persons/{asker}/unverify", REASON)
    region.asker.act(f"/persons/{asker}/claim", home="member/2", proof="110101199003078888")
    region.officer2.act(f"/persons/{asker}/verify")
    open_need = region.asker.make("/needs/new/submit", need(called="canarycalled", contact="13811112222"))
    hidden = region.asker.make("/needs/new/submit", need(title="canaryhiddentitle", text="canaryhiddentext 一段说明文字"))
    for number in (open_need, hidden):
        region.secretary.act(f"/needs/{number}/route", lead="member/2", helper=[{"member": "member/3"}])
        region.officer2.act(f"/needs/{number}/note", note=[{"text": "canarynote 内部说明"}])
    region.officer2.act(f"/needs/{hidden}/answer", outcome="done", answer="canaryhiddenanswer 已经加密")
    # the thread of a project must not draw its hidden need
    path = {"title": "环湖步道", "text": "一段足够长的说明文字", "domain": "transport", "cost": "5.00",
            "need": [{"need": f"need/{open_need}"}, {"need": f"need/{hidden}"}]}
    first = region.officer2.make("/projects/new/propose", path)
    withdrawn = assess(region, first, "canarygonestudy")
    region.secretary.act(f"/projects/{first}/gone", content=withdrawn, ground="7.2", **REASON)
    second = region.officer2.make("/projects/new/propose", {**path, "title": "环湖骑行道"})
    assess(region, second, "canaryhiddenstudy")
    region.secretary.act(f"/projects/{second}/hide", REASON)
    body, head = multipart({
        "names.zh": "护河会", "names.en": "River Watch", "kind": "civic", "task": "沿河巡查并公布结果。", "for_whom": "沿河居民", "speaks_for": "12",
        "reach.0.member": "member/2", "proof.0.text": "会员名册", "contact": "13877778888"},
        [("proof.0.file", "members.csv", "text/csv", b"name,street\r\ncanarymembers,1\r\n")])
    applied = region.other.ask("POST", "/api/v1/organisations/new/apply", body, head)
    assert applied.status == 201, applied
    region.secretary.act(f"/needs/{hidden}/hide", REASON)
    gone = region.asker.make("/needs/new/submit", need(text="canarygonetext 一段要撤下的文字"))
    content = region.nobody.read(f"/needs/{gone}")["text"]["content"]
    region.secretary.act(f"/needs/{gone}/gone", content=content, ground="7.2", **REASON)
    return open_need, hidden, gone


def erase_somebody(region):
    region.register("canarydoomed", mail="canarydoomed@example.org", phone="13855556666")
    region.settle("canarydoomed", 2)
    number = region.canarydoomed.make("/needs/new/submit", need(called="canarydoomed", contact="13855556666"))
    region.canarydoomed.act(f"/persons/{region.numbers['canarydoomed']}/erase", REASON)
    return number


@pytest.fixture(scope="module")
def planted(lianxi, founded, tmp_path_factory):
    own = founded.copy(tmp_path_factory.mktemp("canary") / "region").start(now=NOON)
    needs = plant(own)
    erased = erase_somebody(own)
    # an entry's receipt is there once a checkpoint over it is signed
    wait_for(lambda: own.nobody.ask("GET", f"/log/proof/{own.entries}").status == 200)
    yield own, needs, erased, json.loads(lianxi("types", "--format", "json").stdout)
    own.kill()


def seeds(region, tables):
    """Every route with every number, act and entry that there is."""
    paths = ["/", "/menu", "/charter", "/council", "/duty", "/record", "/desk", "/sign-in", "/register", "/account", "/healthz",
             "/search?q=canary", "/search?q=13811112222", "/needs?q=canary", "/needs?q=canaryhiddentitle", "/nothing/here",
             "/log/checkpoint", "/log/key", "/log/tile/0/000", "/log/proof/60", "/account/data", "/account/tokens", "/account/factor",
             "/account/reset",
             "/thread/need/1", "/thread/need/2", "/thread/project/1", "/projects?sort=new", "/record?before=30", "/needs?state=answered", "/needs?sort=new", "/needs?page=2"]
    for each in tables["types"]:
        plural = each["plural"]
        paths += [f"/{plural}", f"/{plural}.csv", f"/{plural}.json", f"/{plural}.atom", f"/{plural}/new"]
        acts = [a["name"] for a in each["acts"] + tables["common"]["acts"]]
        numbers = {"need": range(1, 5), "person": (1, region.numbers["asker"]), "charter": (1,), "commitment": (1,)}.get(
            each["name"], (1, 2))
        for number in numbers:
            paths += [f"/{plural}/{number}", f"/{plural}/{number}.json"] + [f"/{plural}/{number}/{act}" for act in acts]
    last = region.entries
    for n in range(last, last - 60, -1):
        paths.append(f"/record/{n}")
        if n > last - 30:
            paths += [f"/needs/{k}/correct?entry={n}" for k in (1, 2)]
    return paths


LINK = re.compile(rb'(?:href|action|src)="([^"#]+)')


def crawl(region, name, paths):
    """Reads all that is linked, in HTML in both languages and as JSON; yields what came back."""
    client = region.client(name)
    seen, queue = set(), list(paths)
    while queue:
        path = queue.pop()
        if path in seen or len(seen) > 3000:
            continue
        seen.add(path)
        answers = [client.ask("GET", path, fields={"Accept-Language": "zh-CN", "Accept": "text/html"})]
        if not path.startswith(("/record/", "/style", "/script")):
            answers.append(client.ask("GET", path, fields={"Accept-Language": "en", "Accept": "text/html"}))
        if not path.startswith("/api/"):
            answers.append(client.ask("GET", "/api/v1" + path))
        for answer in answers:
            assert answer.status < 500, f"GET {path} as {name}: {answer}"
            yield path, answer
            if answer.fields.get("content-type", "").startswith("text/html"):
                for link in set(LINK.findall(answer.body)):
                    link = html.unescape(link.decode())
                    # filters of filters never end: a query is followed one level deep
                    if link.startswith("/") and link not in seen and not link.startswith("//") and ("?" not in link or "?" not in path):
                        queue.append(urllib.parse.urljoin(path, link))
    client.close()


@pytest.mark.parametrize("name", READERS)
def test_no_page_shows_what_its_reader_may_not_see(planted, name):
    region, _, _, tables = planted
    met, pages = set(), 0
    for path, answer in crawl(region, name, seeds(region, tables)):
        pages += 1
        where = repr(answer.fields).encode() + answer.body
        if not ANY.search(where):
            continue
        # what was asked for may be echoed: the search box shows its own words
        asked = urllib.parse.unquote(path)
        for marker, pattern in MARKERS.items():
            if marker not in asked and pattern.search(where):
                met.add(marker)
                assert name in MAY[marker], f"{marker} shown to {name} at {path}: {answer.status}"
    assert pages > 500
    # what may be seen is shown; persons have no page but their own
    shown = {marker for marker, may in MAY.items() if name in may and (name == "asker" or marker not in OF_PERSON)}
    assert met >= shown


def test_a_search_finds_nothing_hidden(planted):
    region, _, _, _ = planted
    for words in ("canaryhiddentitle", "canaryhiddentext", "canaryhiddenanswer", "canarygonetext", "canarynote"):
        for name in ("nobody", "backer", "officer1"):
            found = getattr(region, name).read(f"/needs?q={words}")
            assert found["total"] == 0, f"{words}: {found}"


def test_refusals_show_nothing(planted):
    """Posts that are refused: their problems and forms."""
    region, needs, _, tables = planted
    for name in ("stranger", "backer", "officer1"):
        client = region.client(name)
        for each in tables["types"]:
            for act in each["acts"] + tables["common"]["acts"]:
                for number in (*needs, region.numbers["asker"]):
                    for fields, body in (({"Content-Type": "application/json"}, b'{"entry":60,"content":1}'),
                                         ({"Content-Type": "application/x-www-form-urlencoded"}, b"entry=60&content=1")):
                        path = f"/{each['plural']}/{number}/{act['name']}"
                        if (each["name"], act["name"]) in (("need", "back"), ("round", "cast")):
                            continue  # is allowed; goes to the ballot
                        answer = client.ask("POST", path, body, fields)
                        assert 400 <= answer.status < 500, f"{path} by {name}: {answer}"
                        for marker, pattern in MARKERS.items():
                            assert name in MAY[marker] or not pattern.search(answer.body), f"{marker} at {path} by {name}"


def test_the_log_and_the_raw_entries_hold_no_marker(planted):
    region, _, _, _ = planted
    log = region.server.log.read_bytes()
    assert log.count(b"\n") > 1000
    for name in ("asker", "officer2", PASSWORD):
        assert name.encode() not in log
    for marker, pattern in MARKERS.items():
        assert not pattern.search(log), marker
    with sqlite3.connect(f"file:{region.database}?mode=ro", uri=True) as db:
        entries = [bytes(data) for data, in db.execute("SELECT bytes FROM entry")]
        assert len(entries) == region.entries
        for data in entries:
            for marker, pattern in MARKERS.items():
                assert not pattern.search(data), f"{marker}: {data}"


def files_of(region):
    return b"\0".join(path.read_bytes() for path in region.folder.rglob("*") if path.is_file())


def test_what_is_erased_is_nowhere_in_the_files(planted):
    """While the server runs: database, write-ahead file, index of it. The files are written anew at most once a minute, so that what was
    erased right after something else is gone a little later."""
    region, _, _, _ = planted
    erased = ("canarydoomed", "13855556666", "canarygonetext", "canarygonestudy")
    wait_for(lambda: not any(MARKERS[m].search(files_of(region)) for m in erased), 90)
    for marker in erased:
        assert not MARKERS[marker].search(files_of(region)), marker
    assert MARKERS["canarypersonname"].search(files_of(region)), "what is not erased is there: the search would find it"


def test_the_erased_person_is_nobody(planted):
    region, _, need_number, _ = planted
    client = Client(region.server.port)
    answer = client.ask("POST", "/api/v1/sign-in", {"name": "canarydoomed", "password": PASSWORD})
    assert (answer.status, answer.json()["code"]) == (403, "account.wrong")
    assert region.canarydoomed.ask("GET", "/api/v1/account").status == 401
    # the need stays, without its asker's name and number
    for name in ("nobody", "secretary"):
        shown = getattr(region, name).read(f"/needs/{need_number}")
        assert shown["state"] == "submitted"
    assert shown["called"] == {"erased": True} and shown["contact"] == {"erased": True}


def test_an_erasure_that_was_cut_short_is_finished_at_the_next_start(founded, tmp_path):
    """The mark in the file says that scrubbing is due; as after a kill between commit and scrubbing."""
    region = founded.copy(tmp_path / "region").start(now=NOON)
    erase_somebody(region)
    region.stop()
    with sqlite3.connect(region.database) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (0,)
        db.execute("PRAGMA secure_delete = off")
        db.execute("CREATE TABLE remainder (text)")
        db.execute("INSERT INTO remainder VALUES ('canarydoomed')")
        db.commit()
        db.execute("DROP TABLE remainder")
        db.execute("PRAGMA user_version = 1")
    db.close()
    assert MARKERS["canarydoomed"].search(files_of(region))
    region.start(now=NOON)
    assert region.nobody.read("/needs/1")["state"] == "submitted"
    region.submitted = region.asker.make("/needs/new/submit", need())  # comes after what was due
    assert not MARKERS["canarydoomed"].search(files_of(region))
    region.verify()


def test_everything_still_verifies(planted):
    planted[0].verify()


def test_one_erasure_is_gone_with_its_answer_and_several_wait_for_one_writing(founded, tmp_path):
    region = founded.copy(tmp_path / "region").start(now=NOON)
    erase_somebody(region)
    assert not MARKERS["canarydoomed"].search(files_of(region))

    def due():
        with sqlite3.connect(f"file:{region.database}?mode=ro", uri=True) as db:
            return db.execute("PRAGMA user_version").fetchone()[0]

    assert due() == 0
    for n in range(3):
        number = region.asker.make("/needs/new/submit", need(text=f"canarygonetext 第 {n} 段足够长的文字。", title=f"要撤下的文字 {n}"))
        content = region.nobody.read(f"/needs/{number}")["text"]["content"]
        region.secretary.act(f"/needs/{number}/gone", content=content, ground="7.2", **REASON)
        assert due() == 1
    region.stop()  # what is due is done before the end
    assert not MARKERS["canarygonetext"].search(files_of(region))
    with sqlite3.connect(region.database) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (0,)
    region.verify()
