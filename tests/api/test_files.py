# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of records: sent with a form, taken for what their bytes are, made bare, kept when the form is refused, served as something to
be saved, gone when withdrawn."""
import html
import re
import sqlite3
import struct
import time
import zlib

import pytest

from region import PASSWORD, Client, multipart

TEXT = "路口夜里很暗，行人看不清车。"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=2, height=2, comment=b"Author\0somebody at 31.2N", noise=0):
    rows = b"".join(b"\0" + b"\xff\x80\x00" * width for _ in range(height))
    import random
    data = zlib.compress(rows) if not noise else zlib.compress(random.Random(noise).randbytes(noise), 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"tEXt", comment)
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))


NEED = {"title": "路灯不亮的路口", "text": TEXT, "kind": "report", "category": "transport"}


def send(client, files, path="/api/v1/needs/new/submit", key=None, **fields):
    body, head = multipart({**NEED, **fields}, files)
    return client.ask("POST", path, body, {**head, **({"Idempotency-Key": key} if key else {})})


@pytest.fixture(scope="module")
def region(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("files") / "region").start()
    yield region
    region.verify()


class Browser:
    """One who signed in by form, with a cookie."""

    def __init__(self, region, name):
        self.client = Client(region.server.port)
        answer = self.client.ask("POST", "/api/v1/sign-in", {"name": name, "password": PASSWORD})
        self.cookie = answer.fields["set-cookie"].split(";")[0]

    def get(self, path):
        return self.client.get(path, Cookie=self.cookie, Accept="text/html").body.decode()

    def post(self, path, fields, files):
        page = self.get(path + "?category=transport" if path.endswith("/new/submit") else path)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        body, head = multipart({**hidden, **fields}, files)
        return self.client.ask("POST", path, body, {**head, "Cookie": self.cookie, "Accept": "text/html"})


def uploads(region):
    with sqlite3.connect(f"file:{region.database}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM upload").fetchone()[0]


def test_a_photograph_is_kept_bare_and_served_to_be_saved(region):
    sent = png()
    answer = send(region.asker, [("photo.0.file", "../../IMG_0017.jpg", "text/html", sent)])
    assert answer.status == 201, answer
    need = answer.json()["number"]
    photo = region.nobody.read(f"/needs/{need}")["photo"][0]["file"]
    assert photo["media"] == "image/png" and photo["size"] < len(sent)
    got = region.nobody.get(photo["file"])
    assert b"31.2N" not in got.body and got.body.startswith(b"\x89PNG") and b"IDAT" in got.body and len(got.body) == photo["size"]
    assert got.fields["content-type"] == "image/png" and got.fields["x-content-type-options"] == "nosniff"
    assert got.fields["content-disposition"] == f'attachment; filename="need-{need}-{photo["content"]}.png"'
    assert got.fields["content-security-policy"].endswith("sandbox") and "script-src" not in got.fields["content-security-policy"]
    again = region.nobody.ask("GET", photo["file"], fields={"If-None-Match": got.fields["etag"]})
    assert again.status == 304 and again.body == b""
    page = region.nobody.get(f"/needs/{need}", Accept="text/html").body.decode()
    assert f'<img class="shot" src="{photo["file"]}"' in page and "IMG_0017" not in page
    # another content's hash, another record, a made-up one: nothing is there
    for path in (photo["file"][:-3] + "abc", photo["file"].replace(f"/needs/{need}/", "/needs/999999/"),
                 f"/needs/{need}/files/1-abc", f"/needs/{need}/files/x", f"/members/1/files/{photo['file'].split('/')[-1]}"):
        assert region.nobody.ask("GET", path).status == 404, path


@pytest.mark.parametrize("what, data", [("page", b"<html><script>alert(1)</script>"), ("drawing", b"<svg xmlns='x'/>"),
                                        ("program", b"MZ\x90\0" * 9), ("cut", png()[:-20]), ("empty name", b"\0")])
def test_what_it_is_called_does_not_count(region, what, data):
    before = region.entries
    answer = send(region.asker, [("photo.0.file", "photo.png", "image/png", data)], title=f"被拒绝的文件 {what}")
    assert answer.status == 422, answer
    assert answer.json()["errors"][0]["pointer"] == "/photo/0/file"
    assert region.entries == before


def test_too_many_too_large_and_where_none_is_taken(region):
    photo = [(f"photo.{i}.file", "a.png", "image/png", png(comment=b"a\0%d" % i)) for i in range(5)]
    many = send(region.asker, photo, title="照片太多的需求")
    assert many.status == 422 and many.json()["code"] == "need_few_photos"
    large = send(region.asker, [("photo.0.file", "a.png", "image/png", png(noise=9 << 20))], title="照片太大的需求")
    assert large.status == 422 and large.json()["code"] == "input.file_long"
    elsewhere = send(region.asker, [("title", "a.png", "image/png", png())], title="放错地方的文件")
    assert elsewhere.status == 422 and elsewhere.json()["code"] == "input.unknown"
    body, head = multipart({}, [("photo.0.file", "a.png", "image/png", b"x" * (30 << 20))])
    assert region.client("asker").ask("POST", "/api/v1/needs/new/submit", body, head).status == 413


def test_a_large_paper_in_pieces_comes_back_to_the_byte(region):
    paper = b"%PDF-1.7\n" + bytes(range(256)) * 4096 * 5
    answer = send(region.asker, [("photo.0.file", "a.pdf", "application/pdf", paper)], title="附有大文件的需求")
    assert answer.status == 201, answer
    file = region.nobody.read(f"/needs/{answer.json()['number']}")["photo"][0]["file"]
    assert file["media"] == "application/pdf" and region.nobody.get(file["file"]).body == paper


def test_the_same_request_again_is_the_same_need(region):
    files = [("photo.0.file", "a.png", "image/png", png(comment=b"k\0ey"))]
    first = send(region.asker, files, key="photo-key", title="重复发送的需求")
    second = send(region.asker, files, key="photo-key", title="重复发送的需求")
    assert first.status == second.status == 201 and first.json() == second.json()
    other = send(region.asker, [("photo.0.file", "a.png", "image/png", png(3, 3))], key="photo-key", title="重复发送的需求")
    assert other.status == 422 and other.json()["code"] == "act.key_reused"


def test_a_refused_form_keeps_the_file(region):
    browser = Browser(region, "asker")
    page = browser.get("/needs/new/submit?category=transport")
    assert 'enctype="multipart/form-data"' in page and 'type="file"' in page and 'accept=".pdf,.png,.jpg' in page.lower()
    refused = browser.post("/needs/new/submit", {**NEED, "title": "短"}, [("photo.0.file", "a.png", "image/png", png(5, 5))])
    assert refused.status == 422, refused
    token = re.search(r'name="photo\.0\.file" value="(upload:[^"]+)" checked', refused.body.decode())
    assert token and uploads(region) >= 1
    title = "表单被拒后文件仍在"
    again = browser.post("/needs/new/submit", {**NEED, "title": title, "photo.0.file": html.unescape(token.group(1))}, [])
    assert again.status == 303, again
    need = again.fields["location"].split("?")[0]
    assert region.nobody.read(need)["photo"][0]["file"]["media"] == "image/png"
    # adopted once: nobody adopts it again, and nobody else could have
    twice = region.other.send("/needs/new/submit", {**NEED, "title": "冒用别人的文件", "photo": [{"file": html.unescape(token.group(1))}]})
    assert twice.status == 422 and twice.json()["code"] == "input.file_gone"


def test_another_person_cannot_adopt_what_lies_there(region):
    browser = Browser(region, "asker")
    refused = browser.post("/needs/new/submit", {**NEED, "title": "短"}, [("photo.0.file", "a.png", "image/png", png(6, 6))])
    token = html.unescape(re.search(r'value="(upload:[^"]+)" checked', refused.body.decode()).group(1))
    theft = region.other.send("/needs/new/submit", {**NEED, "title": "冒用别人的文件", "photo": [{"file": token}]})
    assert theft.status == 422 and theft.json()["code"] == "input.file_gone"
    for raw in ("content/1", "upload:", "upload:x", 7, {"content": 1}, ["a"]):
        answer = region.asker.send("/needs/new/submit", {**NEED, "title": "随便指一个文件", "photo": [{"file": raw}]})
        assert answer.status == 422, (raw, answer)


def test_withdrawn_is_gone(region):
    need = send(region.asker, [("photo.0.file", "a.png", "image/png", png(7, 7))], title="照片后来被撤下").json()["number"]
    photo = region.nobody.read(f"/needs/{need}")["photo"][0]["file"]
    region.secretary.act(f"/needs/{need}/gone", content=photo["content"], ground="7.2", reason="照片中有他人面孔")
    gone = region.nobody.ask("GET", photo["file"])
    assert gone.status == 410 and b"PNG" not in gone.body
    assert region.nobody.read(f"/needs/{need}")["photo"][0]["file"]["gone"] > 0


def test_of_a_hidden_record_nobody_gets_files(region):
    need = send(region.asker, [("photo.0.file", "a.png", "image/png", png(8, 8))], title="后来被隐藏的需求").json()["number"]
    file = region.nobody.read(f"/needs/{need}")["photo"][0]["file"]["file"]
    region.secretary.act(f"/needs/{need}/hide", reason="含有他人信息")
    assert region.nobody.ask("GET", file).status == 404
    assert region.secretary.ask("GET", file).status == 200


def test_evidence_is_a_file(region):
    made = region.officer2.make("/commitments/new/pledge", title="修好路灯", owner="member/2", due="2030-01-31")
    body, head = multipart({"evidence.0.text": "已经修好，见照片。"}, [("evidence.0.file", "x", "x", b"\xef\xbb\xbfyear,value\r\n2026,3\r\n")])
    answer = region.officer2.ask("POST", f"/api/v1/commitments/{made}/report", body, head)
    assert answer.status == 200, answer
    file = region.nobody.read(f"/commitments/{made}")["evidence"][0]["file"]
    assert file["media"] == "text/csv" and region.nobody.get(file["file"]).fields["content-type"] == "text/csv"


def test_an_opinion_rests_on_a_document(region):
    """Feasibility is found with reasons and the study itself: on the page, as JSON, for everybody; gone when withdrawn; hidden with its
    project. What is reached is proved by a document too, and no plan is changed with it."""
    need = region.asker.make("/needs/new/submit", {**NEED, "title": "湖边要有一条步道"})
    project = region.officer2.make("/projects/new/propose", {
        "title": "环湖步道", "text": "一段足够长的说明文字", "domain": "transport", "cost": "5.00", "lead": "member/2",
        "need": [{"need": f"need/{need}"}], "milestone": [{"names": {"zh": "通行", "en": "Open"}, "due": "2030-01-01", "amount": "5.00"}]})
    study = b"%PDF-1.7\nstudy of the path\n%%EOF\n"
    fields = {"opinion.0.body": "body/2", "opinion.0.finding": "conditional", "opinion.0.text": "路线可行，桥梁需要另行勘察。"}

    def assess(client, fields, data):
        body, head = multipart(fields, [("opinion.0.file", "study.pdf", "application/pdf", data)])
        return client.ask("POST", f"/api/v1/projects/{project}/assess", body, head)

    assert assess(region.officer2, fields, study).status == 403
    assert assess(region.secretary, {k: v for k, v in fields.items() if not k.endswith("text")}, study).status == 422
    assert assess(region.secretary, fields, b"MZ\x90\0" * 9).json()["errors"][0]["pointer"] == "/opinion/0/file"
    assert assess(region.secretary, fields, study).status == 200
    opinion = region.nobody.read(f"/projects/{project}")["opinion"][0]
    assert opinion["finding"] == "conditional" and opinion["file"]["media"] == "application/pdf"
    got = region.nobody.get(opinion["file"]["file"])
    assert got.body == study and got.fields["content-disposition"].startswith("attachment")
    page = region.nobody.get(f"/projects/{project}", Accept="text/html").body.decode()
    assert f'href="{opinion["file"]["file"]}"' in page
    form = Browser(region, "secretary").get(f"/projects/{project}/refuse")
    assert 'enctype="multipart/form-data"' in form and 'name="opinion.0.file"' in form
    region.secretary.act(f"/projects/{project}/hide", reason="含有他人信息")
    assert region.nobody.ask("GET", opinion["file"]["file"]).status == 404
    assert region.secretary.get(opinion["file"]["file"]).body == study
    region.secretary.act(f"/projects/{project}/unhide", reason="已核对")
    region.secretary.act(f"/projects/{project}/gone", content=opinion["file"]["content"], ground="7.2", reason="附有他人签名")
    assert region.nobody.ask("GET", opinion["file"]["file"]).status == 410
    assert region.nobody.read(f"/projects/{project}")["opinion"][0]["file"]["gone"] > 0


@pytest.mark.parametrize("head, body", [
    ("multipart/form-data", b"--x\r\n"), ("multipart/form-data; boundary=x", b"--y\r\n\r\n"), ("multipart/form-data; boundary=x", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: attachment\r\n\r\nb\r\n--x--"),
    ("multipart/form-data; boundary=\"\"", b"----\r\n"), ("multipart/form-data; boundary=" + "x" * 99, b"--" + b"x" * 99),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\xfe\r\n--x--")])
def test_a_form_that_is_not_well_formed(region, head, body):
    before = region.entries
    answer = region.asker.ask("POST", "/api/v1/needs/new/submit", body, {"Content-Type": head})
    assert answer.status == 422 or answer.status == 400, answer
    assert answer.fields["content-type"].startswith("application/problem+json") and region.entries == before


def test_what_nobody_adopts_is_swept(founded, tmp_path):
    region = founded.copy(tmp_path / "sweep").start()
    browser = Browser(region, "asker")
    browser.post("/needs/new/submit", {**NEED, "title": "短"}, [("photo.0.file", "a.png", "image/png", png(9, 9))])
    assert uploads(region) == 1
    region.stop()
    # an hour later the same server sweeps it with its first round
    region.start(now=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 4000)))
    kept = send(region.asker, [("photo.0.file", "a.png", "image/png", png(4, 4))], title="留下来的照片").json()["number"]
    deadline = time.monotonic() + 30
    while uploads(region) > 0 and time.monotonic() < deadline:
        time.sleep(0.3)
    assert uploads(region) == 0
    file = region.nobody.read(f"/needs/{kept}")["photo"][0]["file"]["file"]
    assert region.nobody.get(file).status == 200
    region.verify()
    with sqlite3.connect(region.database) as db:
        lost = db.execute("SELECT count(*) FROM content_chunk WHERE place / 4096 NOT IN (SELECT number FROM content)").fetchone()[0]
    assert lost == 0
