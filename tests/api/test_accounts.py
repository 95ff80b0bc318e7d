# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in from outside: cookies, forged posts, tokens, crowds of sign-ins (kernel/http/http_testaccounts.c)."""
import json
import threading
import time

import pytest
from test_http import CLOSE, HOST, Server, status_of

NAME, PASSWORD = "zhang.san", "correct horse"


@pytest.fixture()
def region(tmp_path):
    running = Server(tmp_path, "proxies=10.0.0.0/8", program="http_testaccounts")
    yield running
    running.stop()


def sign_in(server, *fields, name=NAME, password=PASSWORD):
    return server.form("/sign-in", f"name={name}&password={password.replace(' ', '+')}".encode(), *fields)


def cookie_of(fields):
    return "Cookie: " + fields["set-cookie"].split(";")[0]


def me(server, *fields):
    status, got, body = server.ask("GET", "/me", *fields)
    assert status == 200, body
    return json.loads(body), got


def test_a_session_from_sign_in_to_sign_out(region):
    status, fields, _ = sign_in(region)
    assert status == 303 and fields["location"] == "/me"
    for part in ("Path=/", "HttpOnly", "SameSite=Lax"):
        assert part in fields["set-cookie"]
    cookie = cookie_of(fields)
    shown, fields = me(region, cookie)
    assert shown["name"] == NAME and fields["cache-control"] == "private, no-store"
    assert region.form("/sign-out", b"", cookie)[0] == 403
    assert region.form("/sign-out", b"csrf=" + shown["csrf"][:-1].encode(), cookie)[0] == 403
    assert me(region, cookie)[0]["account"] == shown["account"]
    status, fields, _ = region.form("/sign-out", b"csrf=" + shown["csrf"].encode(), cookie)
    assert status == 303 and "Max-Age=0" in fields["set-cookie"]
    assert me(region, cookie)[0]["account"] == 0


def test_signing_in_again_ends_the_former_session(region):
    first = cookie_of(sign_in(region)[1])
    csrf = me(region, first)[0]["csrf"]
    assert sign_in(region, first)[0] == 403, "whoever is signed in shows the token of his session here too"
    status, fields, _ = region.form("/sign-in", f"name={NAME}&password=correct+horse&csrf={csrf}".encode(), first)
    assert status == 303
    assert me(region, first)[0]["account"] == 0
    assert me(region, cookie_of(fields))[0]["account"] == 1


def test_a_planted_cookie_does_not_become_a_session(region):
    planted = "Cookie: session=" + "A" * 43
    status, fields, _ = sign_in(region, planted)
    assert status == 303 and "A" * 43 not in fields["set-cookie"]
    assert me(region, planted)[0]["account"] == 0


def test_wrong_passwords_are_told_alike_and_slowed(region):
    for name in (NAME, "nobody", "no name", "x" * 300, "%00"):
        status, _, body = sign_in(region, name=name, password="wrong word")
        assert status in (403, 422)
        if status == 403:
            assert json.loads(body)["code"] == "account.wrong"
    statuses = [sign_in(region, password="wrong word")[0] for _ in range(8)]
    assert statuses[-1] == 429
    status, fields, _ = sign_in(region)
    assert status == 429 and int(fields["retry-after"]) > 30


def test_names_without_account_take_as_long(region):
    def seconds(name):
        began = time.monotonic()
        assert sign_in(region, name=name, password="wrong word")[0] == 403
        return time.monotonic() - began

    known = min(seconds(NAME) for _ in range(4))
    unknown = min(seconds("nobody") for _ in range(4))
    assert 0.5 < known / unknown < 2, (known, unknown)


def test_tokens_for_programs(region):
    cookie = cookie_of(sign_in(region)[1])
    csrf = me(region, cookie)[0]["csrf"]
    status, _, token = region.form("/tokens", f"label=export&csrf={csrf}".encode(), cookie)
    assert status == 200
    bearer = f"Authorization: Bearer {token.decode()}"
    assert me(region, bearer)[0]["by_token"] is True
    assert region.form("/tokens", b"label=another", bearer)[0] == 200, "tokens need nothing against forgery"
    status, fields, body = region.ask("GET", "/me", "Authorization: Bearer " + "x" * 43)
    assert status == 401 and "www-authenticate" in fields and json.loads(body)["code"] == "account.token"
    assert region.ask("GET", "/me", "Authorization: Basic eDp5")[0] == 200


def test_demonstration_accounts_are_for_this_machine(region):
    assert sign_in(region, name="demo")[0] == 303
    cookie = cookie_of(sign_in(region, name="demo")[1])
    assert me(region, cookie)[0]["account"] == 2
    assert sign_in(region, "X-Forwarded-For: 127.0.0.1", name="demo")[0] == 403
    assert me(region, cookie, "X-Forwarded-For: 203.0.113.9")[0]["account"] == 0


def test_odd_cookies_are_nobody(region):
    for value in ("session=", "session=" + "A" * 43, "session=" + "A" * 5000, "session=\xff", "session=%00", "session", "=", "session=a; session=b"):
        assert me(region, f"Cookie: {value}")[0]["account"] == 0


def test_a_crowd_signing_in_is_served_or_told_to_come_back(region):
    """Eighty at once: hashing goes one by one, some thirty at most wait, the others come back later."""
    statuses = []

    def one(n):
        form = f"name=stranger{n}&password=wrong+word".encode()
        head = b"POST /sign-in HTTP/1.1\r\n" + HOST + CLOSE + b"Content-Type: application/x-www-form-urlencoded\r\n"
        answer = region.raw(head + b"Content-Length: %d\r\n\r\n" % len(form) + form, timeout=60)
        statuses.append(status_of(answer) if answer else None)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(80)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {403, 503} and statuses.count(403) >= 32, statuses
    assert len(statuses) == 80 and time.monotonic() - began < 60
    assert sign_in(region)[0] == 303
