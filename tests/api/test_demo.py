# SPDX-License-Identifier: AGPL-3.0-or-later
"""`lianxi demo`: the region it makes, verified, served and read from outside."""
import hashlib
import http.client
import json
import re
import shutil
import subprocess
import time
import urllib.parse

import pytest

STATES = {"submitted", "routed", "signed", "asked", "answered", "closed", "withdrawn"}


def run(lianxi, *words):
    return lianxi(*words, code=None)


@pytest.fixture(scope="module")
def made(lianxi, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "region"
    done = run(lianxi, "demo", "--lang", "en", folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture(scope="module")
def port(lianxi, made):
    server = subprocess.Popen([lianxi.path, "serve", str(made[0]), "--listen", "127.0.0.1:0", "--no-limits", "--lang", "en",
                               "--now", "2026-11-20T17:00:00+08:00"], stdout=subprocess.PIPE, text=True)
    yield int(re.search(r":(\d+)/", server.stdout.readline()).group(1))
    server.terminate()
    assert server.wait(20) == 0


def get(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text


def listed(port, plural, query="limit=200"):
    status, text = get(port, f"/api/v1/{plural}?{query}")
    assert status == 200, text
    return json.loads(text)


def digests(folder):
    return {str(f): hashlib.sha256(f.read_bytes()).digest() for f in folder.rglob("*") if f.is_file()}


def test_tells_what_was_made(made):
    for words in ("44 members", "55 needs", "8 organisations", "22 projects", "lianxi-demo", "citizen6", "secretary", "auditor", "hangzhou"):
        assert words in made[1]


def test_every_entry_holds(lianxi, made):
    done = run(lianxi, "verify", "--lang", "en", made[0])
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.match(r"([\d,]+) entries hold", done.stdout).group(1).replace(",", "")) > 800


def test_rebuild_gives_the_same_root(lianxi, made):
    before = run(lianxi, "verify", made[0]).stdout
    assert run(lianxi, "rebuild", made[0]).returncode == 0
    assert run(lianxi, "verify", made[0]).stdout == before


def test_a_second_time_is_refused_and_changes_nothing(lianxi, made):
    files = digests(made[0])
    done = run(lianxi, "demo", made[0])
    assert done.returncode == 3 and done.stdout == "" and str(made[0]) in done.stderr
    assert files == digests(made[0])


def test_whoever_does_not_read_a_record_does_not_see_it_in_a_thread(port):
    assert get(port, "/thread/person/1")[0] == 404 and get(port, "/thread/nothing/1")[0] == 404
    assert get(port, "/thread/need/9999")[0] == 404


def test_members_seats_and_needs(port):
    members = listed(port, "members", "limit=200&part=full")
    assert len(members["members"]) == 41
    status, text = get(port, "/api/v1/bodies/1")
    seats = json.loads(text)["seat"]
    assert status == 200 and len(seats) == 41
    assert all(seat["holder"] for seat in seats)
    assert len({seat["member"]["ref"] for seat in seats}) == 41
    needs = listed(port, "needs")["needs"]
    assert len(needs) == 54  # one is hidden
    assert {need["state"] for need in needs} == STATES
    assert {need["mark"] for need in needs} >= {"wait", "work", "soon", "late", "done", "shut"}
    commitments = {c["state"] for c in listed(port, "commitments")["commitments"]}
    assert commitments == {"open", "reported", "doubted", "kept", "released"}


def test_organisations_and_projects(port):
    organisations = listed(port, "organisations")["organisations"]
    assert sorted(o["state"] for o in organisations) == ["accredited"] * 6 + ["applied", "suspended"]
    projects = listed(port, "projects")["projects"]
    assert {p["state"] for p in projects} >= {"proposed", "feasible", "unfeasible", "admitted", "listed", "lost", "running", "late",
                                              "done", "stopped"}
    for project in projects:
        whole = json.loads(get(port, f"/api/v1/projects/{project['number']}")[1])
        assert whole["need"] and all(row["need"]["title"] for row in whole["need"])
        milestones = sum(int(row["amount"]["minor"]) for row in whole.get("milestone", []))
        assert milestones in (0, int(whole["cost"]["minor"])), project["title"]


def test_two_rounds_are_confirmed_and_one_is_open(port):
    status, text = get(port, "/api/v1/rounds/2")
    winter = json.loads(text)
    assert status == 200 and winter["state"] == "confirmed" and winter["secret"] == "destroyed"
    assert winter["roll_size"] == 72 and winter["voters"] == 66 and winter["spoiled"] == 0
    assert {e["code"] for e in winter["entrant"] if e["outcome"] == "won"} == {"A1", "A2", "A3", "A5"}
    assert [o["upheld"] for o in winter["objection"]] == ["no"] and winter["objection"][0]["answer"]
    assert [s["sound"] for s in winter["sample"] if s["sound"] is not None] == [5, 4, 4], "other members looked at drawn samples"
    autumn = json.loads(get(port, "/api/v1/rounds/3")[1])
    assert autumn["state"] == "open" and 0 < autumn["voters"] < autumn["roll_size"]


def test_what_was_rightly_objected_to_took_no_part(port):
    pilot = json.loads(get(port, "/api/v1/rounds/1")[1])
    assert pilot["state"] == "confirmed" and set(pilot["winners"]) == {"P1", "P3", "P4"}
    assert [(o["project"], o["reason"]) for o in pilot["result"]["overrides"]] == [("P2", "round/1#objection.1")]
    for lang, words in (("zh", "若不剔除，入选的是“三市交界 60 对站台统一导向牌、渡轮夜航加密到 23:30”"), ("en", "Counted with it, they would have funded: “三市")):
        assert words in get(port, f"/rounds/1/result?lang={lang}")[1]


def test_two_years_by_effective_dates(port):
    first = json.loads(get(port, "/api/v1/record/1")[1])
    assert time.strftime("%Y-%m-%d", time.gmtime(first["at"] // 1000)) == "2024-11-18"
    dated = json.loads(get(port, "/api/v1/agreements/1")[1])
    signing = next(c for c in dated["consents"] if c["act"] == "conclude")
    assert [v["on"] for v in signing["voices"]] == ["2025-03-12"] * 3, "signed on paper before it was recorded"
    assert dated["state"] == "in_force" and [f["until"] for f in dated["former"]] == ["2026-12-31"] and len(dated["party"]) == 3


def test_opinions_rest_on_documents(port):
    media = {}
    for project in listed(port, "projects")["projects"]:
        for opinion in json.loads(get(port, f"/api/v1/projects/{project['number']}")[1]).get("opinion", []):
            if opinion.get("file"):
                media[opinion["body"]["ref"]] = media.get(opinion["body"]["ref"], []) + [opinion["file"]["media"]]
                status, document = get(port, opinion["file"]["file"])
                assert status == 200 and ("Sample data" in document or "示例数据" in document)
    assert media == {"body/2": ["application/pdf"] * 2, "body/5": ["text/csv"]}


def test_two_suspensions_were_appealed(port):
    """One succeeded, one did not."""
    stages = {}
    for number in (4, 7):
        whole = json.loads(get(port, f"/api/v1/organisations/{number}")[1])
        stages[whole["state"]] = [(c["act"], c["stage"]) for c in whole["consents"]]
    assert stages == {"accredited": [("appeal", "granted")], "suspended": [("appeal", "refused")]}


def test_the_thread_of_a_project(port):
    """Back to the needs of an organisation, and the strip of steps on each of their pages."""
    projects = listed(port, "projects")["projects"]
    one = next(p for p in projects if p["title"]["text"] == "三市共用水质监测站")
    thread = json.loads(get(port, f"/api/v1/thread/project/{one['number']}")[1])
    needs = [r["ref"] for r in thread["records"] if r["type"] == "need"]
    assert len(needs) == 2 and not thread["cut"]
    for need in needs:
        number = need.split("/")[1]
        back = json.loads(get(port, f"/api/v1/thread/need/{number}")[1])
        assert f"project/{one['number']}" in [r["ref"] for r in back["records"]]
        status, page = get(port, f"/needs/{number}?lang=en")
        assert status == 200 and 'class="thread' in page and f'href="/thread/need/{number}"' in page
        status, drawn = get(port, f"/thread/need/{number}?lang=zh")
        assert status == 200 and "<svg" in drawn and "三市共用水质监测站" in drawn


def test_from_a_payment_back_to_the_needs(port):
    """Need, project, round, allocation, agreement, commitment, payment: the same thread from both of its ends."""
    vouchers = listed(port, "vouchers")["vouchers"]
    paid = next(v for v in vouchers if v["text"]["text"] == "共用监测站：三站建成")
    back = json.loads(get(port, f"/api/v1/thread/voucher/{paid['number']}")[1])
    assert {r["type"] for r in back["records"]} == {"need", "project", "round", "allocation", "agreement", "commitment", "voucher"}
    need = next(r for r in back["records"] if r["type"] == "need")
    forth = json.loads(get(port, f"/api/v1/thread/need/{need['number']}")[1])
    assert {r["ref"] for r in back["records"] if r["type"] != "need"} <= {r["ref"] for r in forth["records"]}
    assert any(r["type"] == "commitment" and r["mark"] == "late" for r in forth["records"])
    for link in back["links"]:
        assert {link["later"], link["earlier"]} <= {r["ref"] for r in back["records"]}


def test_the_fund_paid_what_was_reached(port):
    vouchers = listed(port, "vouchers")["vouchers"]
    assert {v["state"] for v in vouchers} >= {"called", "settled", "asked"}
    agreements = {a["state"] for a in listed(port, "agreements")["agreements"]}
    assert agreements == {"in_force", "proposed"}


def test_the_charter_is_in_force_by_41_consents(port):
    status, text = get(port, "/api/v1/charter")
    charter = json.loads(text)
    assert status == 200 and charter["state"] == "in_force" and charter["sample"] == "yes"
    adopted = next(c for c in charter["consents"] if c["act"] == "adopt")
    assert adopted["stage"] == "granted" and [v["says"] for v in adopted["voices"]] == ["yes"] * 41


@pytest.mark.parametrize("path, zh, en", [
    ("/", ["长三角城市经济协调会", "示", "苏州"], ["Yangtze River Delta", "demonstration", "Suzhou (Jiangsu)"]),
    ("/needs", ["逾期", "即将到期", "待派单"], ["verdue", "Taizhou"]),
    ("/needs/26", ["金泽到黎里的公交末班车", "苏州市", "上海市", "退回"], ["金泽到黎里的公交末班车", "Suzhou (Jiangsu)"]),
    ("/members", ["上海市", "亳州市"], ["Shanghai", "Bozhou"]),
    ("/charter", ["第六条", "三分之二"], ["own will"]),
    ("/council", ["秘书处", "医疗保障专业委员会"], ["Secretariat", "Committee on health insurance"]),
    ("/duty", ["逾期"], ["verdue"]),
    ("/record", ["需求"], ["eed"]),
])
def test_pages_in_both_languages(port, path, zh, en):
    for lang, words in (("zh", zh), ("en", en)):
        status, text = get(port, f"{path}?lang={lang}")
        assert status == 200
        assert all(word in text for word in words), (lang, [w for w in words if w not in text])


def test_the_list_of_projects_stands_at_its_plural(port):
    """The navigation leads to it, it leads to rounds and shares, and the old address leads to it."""
    page = get(port, "/?lang=en")[1]
    assert re.search(r'href="/projects"[^>]*>Projects and votes<', page), page
    page = get(port, "/projects?lang=en")[1]
    siblings = re.search(r'<p class="[^"]*siblings">(.*?)</p>', page, re.S).group(1)
    assert re.findall(r'href="([^"]*)"', siblings) == ["/rounds", "/allocations"] and "<b>Projects</b>" in siblings
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/joint")
    reply = connection.getresponse()
    assert reply.status == 303 and reply.getheader("Location") == "/projects"
    connection.close()


def test_the_hidden_need_is_not_shown(port):
    for query in ("群租", "门牌"):
        assert "群租房" not in get(port, "/search?q=" + urllib.parse.quote(query))[1]


@pytest.mark.parametrize("word, found", [("公交", "末班车"), ("蓝藻", "监测数据"), ("西瓜", "重复检测"), ("光源", "机时"),
                                         ("passport", "metro code"), ("cycle", "Lake Tai")])
def test_short_words_find(port, word, found):
    status, text = get(port, "/search?q=" + urllib.parse.quote(word))
    assert status == 200 and found in text
    assert found in get(port, "/needs?q=" + urllib.parse.quote(word))[1]


def sign_in(port, name, password="lianxi-demo", **headers):
    status, text = get(port, "/sign-in", **headers)
    assert status == 200
    csrf = re.search(r'name="csrf"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="csrf"', text)
    form = {"name": name, "password": password}
    if csrf:
        form["csrf"] = csrf.group(1) or csrf.group(2)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/sign-in", urllib.parse.urlencode(form),
                       {"Content-Type": "application/x-www-form-urlencoded",
                        "Origin": f"http://127.0.0.1:{port}", **headers})
    reply = connection.getresponse()
    reply.read()
    cookies = [value.split(";")[0] for key, value in reply.getheaders() if key.lower() == "set-cookie"]
    connection.close()
    return reply.status, "; ".join(cookies)


@pytest.mark.parametrize("name", ["secretary", "suzhou", "citizen1"])
def test_accounts_let_in_and_have_a_desk(port, name):
    status, cookie = sign_in(port, name)
    assert status == 303 and cookie
    status, text = get(port, "/desk?lang=en", Cookie=cookie)
    assert status == 200 and "Log out" in text


def test_a_wrong_password_is_refused(port):
    assert sign_in(port, "auditor", "lianxi-demx")[0] in (401, 403, 422)


def test_accounts_work_on_loopback_only(lianxi, made, tmp_path):
    copy = shutil.copytree(made[0], tmp_path / "copy")
    server = subprocess.Popen([lianxi.path, "serve", str(copy), "--listen", "127.0.0.1:0", "--no-limits", "--lang", "en",
                               "--proxy", "127.0.0.1/32", "--now", "2026-11-20T17:00:00+08:00"], stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)/", server.stdout.readline()).group(1))
        outside = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http", "X-Forwarded-Host": f"127.0.0.1:{port}"}
        assert sign_in(port, "secretary", **outside)[0] in (401, 403, 422)
        assert "lianxi-demo" not in get(port, "/sign-in", **outside)[1]
    finally:
        server.terminate()
        server.wait(20)
