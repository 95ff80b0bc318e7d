# SPDX-License-Identifier: AGPL-3.0-or-later
"""`lianxi import` and `lianxi export`: files of records, entered one act a line, all of them or none."""
import csv
import io
import json
import signal
import subprocess
import time

import pytest
from region import carry, need, submit

TAKEN = ("title", "title.lang", "text", "text.lang", "kind", "category", "answers", "place", "bearer")


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def exported(lianxi, folder, plural="needs"):
    return lianxi("export", plural, "--region", folder, "--format", "csv").stdout


def mandate(region, who):
    return next(m["number"] for m in getattr(region, who).read("/account")["mandates"])


def size(lianxi, folder):
    return lianxi("verify", folder).stdout.split()[0]


@pytest.fixture()
def empty(founded, tmp_path):
    """A region that is not served."""
    return founded.copy(tmp_path / "empty")


def test_needs_go_from_one_region_to_another_and_back(lianxi, region, empty, tmp_path):
    carry(region, "closed")
    submit(region, title="=1+1 一个像公式的标题", category="water", answers={"river": "新安江"})
    submit(region, title="'=2+2 带撇号的标题", text="有\n几行，\"引号\"，逗号。", place="member/2")
    submit(region, by="officer1", bearer="member/1")
    as_officer = mandate(region, "officer1")
    region.stop()
    first = exported(lianxi, region.folder)
    file = tmp_path / "needs.csv"
    file.write_text(first, newline="")
    said = lianxi("import", "needs", file, "--region", empty.folder, "--as", as_officer).stdout
    assert "4 records entered" in said and "outcome" in said
    again = exported(lianxi, empty.folder)
    assert [[r[c] for c in TAKEN] for r in rows(first)] == [[r[c] for c in TAKEN] for r in rows(again)]
    assert [r["title"][:2] for r in rows(again)][1:3] == ["'=", "''"]  # no spreadsheet runs it
    empty.verify()


def test_each_line_is_an_entry_by_the_mandate_with_the_number_of_the_import(lianxi, empty, tmp_path):
    empty.start()
    number, before = mandate(empty, "officer1"), empty.entries
    empty.stop()
    file = tmp_path / "needs.csv"
    file.write_text("title,text,kind,category\n" + "".join(f"题目 {i},正文要长一些才可以 {i},help,transport\n" for i in range(5)))
    lianxi("import", "needs", file, "--region", empty.folder, "--as", f"mandate/{number}", "--written", "zh")
    empty.start()
    entries = [empty.nobody.read(f"/record/{n}") for n in range(before + 1, before + 6)]
    entries = [e.get("entry", e) for e in entries]
    assert {(e["act"], e["by"], e["import"]) for e in entries} == {("need.submit", f"mandate/{number}", before + 1)}
    assert empty.nobody.read("/needs/1")["title"] == {**empty.nobody.read("/needs/1")["title"], "text": "题目 0", "lang": "zh-CN"}
    empty.verify()


@pytest.mark.parametrize("text, place, words", [
    ("title,text,kind,category\n好好的题目,正文要长一些才可以的,help,transport\n短,正文要长一些才可以的,help,transport\n", "line 3, column 1", "title"),
    ("title,text,kind,category\n好好的题目,正文要长一些才可以的,nothing,transport\n", "line 2, column 48", "kind"),
    ("title,text,kind,category\n好好的题目,正文要长一些才可以的\n", "line 2", "4 cells"),
    ("title,colour\n", "line 1, column 7", "colour"),
    ("title,title\n", "line 1, column 7", "second time"),
    ("title,text,kind,category,bearer\n好好的题目,正文要长一些才可以的,help,transport,Z\n", "line 2, column 63", "bearer"),
    ("title,text,kind,category,answers\n好好的题目,正文要长一些才可以的,help,water,{\n", "line 2, column 59", "JSON"),
    ('title,text,kind,category\n"好好的题目,正文\n', "line 2, column 1", "quot"),
    ("title,text,kind,category\n同样的题目,正文要长一些才可以的,help,transport\n同样的题目,正文要长一些才可以的,help,transport\n", "line 3, column 1", ""),
    ("", "line 1, column 1", "empty"),
])
def test_a_file_that_cannot_be_imported_leaves_nothing(lianxi, empty, tmp_path, text, place, words):
    empty.start()
    as_officer = mandate(empty, "officer2")
    empty.stop()
    before = size(lianxi, empty.folder)
    file = tmp_path / "needs.csv"
    file.write_text(text)
    done = lianxi("import", "needs", file, "--region", empty.folder, "--as", as_officer, code=None)
    assert done.returncode in (2, 3) and place in done.stderr and words in done.stderr and "needs.csv" in done.stderr, done.stderr
    assert size(lianxi, empty.folder) == before


def test_who_may_not_enter_one_may_not_import_many(lianxi, empty, tmp_path):
    file = tmp_path / "needs.csv"
    file.write_text("title,text,kind,category\n好好的题目,正文要长一些才可以的,help,transport\n")
    done = lianxi("import", "needs", file, "--region", empty.folder, code=3)  # the secretariat brings no needs
    assert "line 2" in done.stderr
    assert "999" in lianxi("import", "needs", file, "--region", empty.folder, "--as", "999", code=3).stderr


def test_members_apply_and_are_not_admitted_by_a_file(lianxi, empty, tmp_path):
    file = tmp_path / "members.csv"
    file.write_text('names.zh,names.en,code,part,superior,figure\n'
                    '丁市,D City,D,full,A,"[{""year"": 2024, ""population"": 7000}]"\n'
                    '戊市,E City,E,full,D,\n')
    lianxi("import", "members", file, "--region", empty.folder)
    d, e = rows(exported(lianxi, empty.folder, "members"))[-2:]
    assert (d["state"], d["superior"], json.loads(d["figure"])[0]["population"]) == ("applicant", "member/1", 7000)
    assert (e["names.en"], e["superior"]) == ("E City", f"member/{d['number']}")  # a line can name an earlier one
    empty.verify()


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_is_cut_off_leaves_nothing(lianxi, empty, tmp_path, sent):
    """Ended while it enters, at several moments: nothing of it is there, and the same command enters all of it, under one number."""
    empty.start()
    as_officer = mandate(empty, "officer1")
    empty.stop()
    file = tmp_path / "needs.csv"
    count = 8000
    file.write_text("title,text,kind,category\n" +
                    "".join(f"题目 {i},正文要长一些才可以 {i},help,transport\n" for i in range(count)))
    command = [lianxi.path, "import", "needs", str(file), "--region", str(empty.folder), "--as", str(as_officer)]
    before = size(lianxi, empty.folder)
    for pause in (0.05, 0.2, 0.4):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(pause)
        assert process.poll() is None, "it is still at work"
        process.send_signal(sent)
        _, said = process.communicate(timeout=60)
        if sent == signal.SIGINT and process.returncode > 0:  # not before it listens
            assert "nothing of the file was entered" in said, said
        assert size(lianxi, empty.folder) == before
        assert exported(lianxi, empty.folder).count("\n") == 1, "the head alone"
    said = lianxi("import", "needs", file, "--region", empty.folder, "--as", as_officer).stdout
    assert f"{count} records entered" in said.replace(",", "")
    said = lianxi("import", "needs", file, "--region", empty.folder, "--as", as_officer).stdout
    assert "0 records entered" in said and f"{count:,} records had been entered before" in said
    assert len(rows(exported(lianxi, empty.folder))) == count
    empty.start()
    entries = [empty.nobody.read(f"/record/{n}") for n in (empty.entries, empty.entries - count + 1)]
    assert len({e.get("entry", e)["import"] for e in entries}) == 1
    empty.verify()


def test_an_export_is_what_a_stranger_may_see(lianxi, region):
    submit(region, called="王某某", contact="13900001111")
    hidden = submit(region)
    region.secretary.act(f"/needs/{hidden}/hide", reason="含有他人的个人信息。")
    whole = json.loads(lianxi("export", "needs", "--region", region.folder, "--format", "json").stdout)["needs"]
    assert [n["number"] for n in whole] == [1]  # beside the running server
    text = exported(lianxi, region.folder)
    assert "13900001111" not in text and "王某某" not in text and "contact" not in text.split("\n")[0].split(",")
    assert whole[0] == region.nobody.read("/needs/1")
    assert "persons" in lianxi("export", "persons", "--region", region.folder, "--format", "csv", code=2).stderr


def test_one_more_need_than_a_page_is_exported(lianxi, empty, tmp_path):
    empty.start()
    as_officer = mandate(empty, "officer3")
    empty.stop()
    file = tmp_path / "needs.csv"
    lines = [need() for _ in range(201)]
    with open(file, "w", newline="") as out:
        writer = csv.DictWriter(out, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    lianxi("import", "needs", file, "--region", empty.folder, "--as", as_officer)
    assert [r["title"] for r in rows(exported(lianxi, empty.folder))] == [n["title"] for n in lines]
    assert len(json.loads(lianxi("export", "needs", "--region", empty.folder, "--format", "json").stdout)["needs"]) == 201
