# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page's tag says which entry last touched what it shows: acts elsewhere leave it, acts on what it names change it. If-Match
lets a program act only on what it has read."""
import pytest

from region import NOON, Client

DUE = "2030-01-31"


@pytest.fixture(scope="module")
def region(founded, tmp_path_factory):
    region = founded.copy(tmp_path_factory.mktemp("tags") / "region").start(now=NOON)
    yield region
    region.verify()


def submit(region, title):
    return region.asker.make("/needs/new/submit", title=title, text="一段足够长的说明文字。", category="transport", kind="question")


def tag(region, path, **fields):
    return region.nobody.get(path, **fields).fields["etag"]


def same(region, path, before, **fields):
    """Nothing changed: 304 without a body."""
    answer = region.nobody.ask("GET", path, fields={"If-None-Match": before, **fields})
    assert answer.status in (200, 304)
    if answer.status == 304:
        assert answer.body == b"" and answer.fields["etag"] == before
    return answer.status == 304


def test_an_act_on_another_record_leaves_the_tag(region):
    one, other = submit(region, "第一件事情"), submit(region, "第二件事情")
    pages = {path: tag(region, path) for path in (f"/needs/{one}", f"/api/v1/needs/{one}", f"/needs/{one}?lang=en", "/charter",
                                                  "/members", "/members/1", "/commitments", "/council")}
    lists = {path: tag(region, path) for path in ("/needs", "/needs.csv", "/api/v1/needs", f"/needs/{other}", "/duty")}
    region.secretary.act(f"/needs/{other}/route", lead="member/2")
    assert [path for path, before in pages.items() if not same(region, path, before)] == []
    assert [path for path, before in lists.items() if same(region, path, before)] == []


def test_an_act_on_a_linked_title_changes_the_tag(region):
    need = submit(region, "要被改名的")
    made = region.officer2.make("/commitments/new/pledge", title="第一项承诺", owner="member/2", due=DUE, source=f"need/{need}")
    bystander = region.officer2.make("/commitments/new/pledge", title="第二项承诺", owner="member/2", due=DUE)
    before, beside = tag(region, f"/commitments/{made}"), tag(region, f"/commitments/{bystander}")
    entry = region.nobody.read(f"/needs/{need}")["made"]["n"]
    region.asker.act(f"/needs/{need}/correct", entry=entry, title="已经改名的", reason="写错了")
    assert not same(region, f"/commitments/{made}", before)
    assert "已经改名的" in region.nobody.get(f"/commitments/{made}").body.decode()
    assert same(region, f"/commitments/{bystander}", beside)


def test_what_leads_to_a_record_changes_its_tag(region):
    need, other = submit(region, "有承诺跟随的"), submit(region, "没有承诺跟随的")
    region.secretary.act(f"/needs/{need}/route", lead="member/2")
    region.officer2.act(f"/needs/{need}/answer", outcome="planned", answer="我们将在明年开通这条线路。")
    before, beside = tag(region, f"/needs/{need}"), tag(region, f"/needs/{other}")
    region.officer2.make("/commitments/new/pledge", title="开通线路", owner="member/2", due=DUE, source=f"need/{need}")
    assert not same(region, f"/needs/{need}", before) and same(region, f"/needs/{other}", beside)
    assert "开通线路" in region.nobody.get(f"/needs/{need}").body.decode()


def test_variants_have_tags_of_their_own(region):
    need = submit(region, "各种样子的")
    path = f"/needs/{need}"
    tags = {tag(region, path, Accept_Language="zh"), tag(region, path, Accept_Language="en"), tag(region, path + "?size=large"),
            tag(region, path + "?theme=dark"), tag(region, "/api/v1" + path)}
    assert len(tags) == 5
    assert "etag" not in region.asker.get(path).fields  # who is signed in is told apart by nobody's cache


def test_an_act_with_if_match_only_on_what_was_read(region):
    need = submit(region, "两个人同时看")
    path = f"/needs/{need}"
    read = tag(region, "/api/v1" + path)
    last = region.nobody.read(path)["last"]["n"]
    assert read.startswith(f'"{last}-')

    def send(who, act, body, match, key=None):
        fields = {"If-Match": match, **({"Idempotency-Key": key} if key else {})}
        return who.ask("POST", f"/api/v1{path}/{act}", body, fields)

    assert send(region.secretary, "route", {"lead": "member/2"}, read, "same key").status == 200
    stale = send(region.asker, "withdraw", {}, read)
    assert stale.status == 412 and stale.json()["status"] == 412 and stale.json()["code"] == "act.changed"
    assert region.nobody.read(path)["state"] == "routed"
    # the same act once more under its key is the same answer, though the record has changed by it
    assert send(region.secretary, "route", {"lead": "member/2"}, read, "same key").status == 200
    assert send(region.asker, "withdraw", {}, '"nonsense"').status == 412
    assert send(region.asker, "withdraw", {}, 'W/' + tag(region, "/api/v1" + path)).status == 412
    now = region.nobody.read(path)["last"]["n"]
    assert send(region.asker, "withdraw", {}, f'"1-x", "{now}-y"').status == 200


def test_if_match_any(region):
    need = submit(region, "什么版本都行")
    answer = region.asker.ask("POST", f"/api/v1/needs/{need}/withdraw", {}, {"If-Match": "*"})
    assert answer.status == 200, answer


def test_a_thread_of_several_steps_is_seen(region):
    """What stands two steps away, in the thread under the title, changes the page and so its tag."""
    need = submit(region, "一线多承诺的需求")
    first = region.officer2.make("/commitments/new/pledge", title="第一项后续承诺", owner="member/2", due=DUE, source=f"need/{need}")
    second = region.officer3.make("/commitments/new/pledge", title="第二项后续承诺", owner="member/3", due=DUE, source=f"need/{need}")
    path = f"/commitments/{second}"
    before = region.nobody.get(path, Accept="text/html")
    entry = region.nobody.read(f"/commitments/{first}")["made"]["n"]
    region.officer2.act(f"/commitments/{first}/correct", entry=entry, title="改了名的后续承诺", reason="写错了")
    after = region.nobody.get(path, Accept="text/html")
    assert before.body == after.body or before.fields["etag"] != after.fields["etag"]
