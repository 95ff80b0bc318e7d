# SPDX-License-Identifier: AGPL-3.0-or-later
"""/metrics: figures for operators, nothing about anybody, for this machine or who shows the token; and the log as lines of JSON."""
import json
import re

from region import Client, submit

TOKEN = "a-token-of-the-operator-2026"
SAMPLE = re.compile(r'([a-z_:]+)(\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})? (\S+)')


def samples(text):
    """A strict reader of the text format: every sample under its HELP and TYPE, once; name and labels -> number."""
    found, families, family = {}, {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
            assert family not in families and len(line.split()) > 3
            families[family] = None
        elif line.startswith("# TYPE "):
            assert line.split()[2] == family and families[family] is None
            families[family] = line.split()[3]
            assert families[family] in ("counter", "gauge", "histogram")
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            endings = ("_bucket", "_sum", "_count") if families[family] == "histogram" else ("",)
            assert name in [family + ending for ending in endings], line
            assert (families[family] == "counter") == name.endswith("_total")
            assert (name, labels) not in found
            found[name, labels] = float(value)
    return found


def metrics(client, **fields):
    answer = client.get("/metrics", **fields)
    assert answer.fields["content-type"].startswith("text/plain; version=0.0.4") and answer.fields["cache-control"] == "no-store"
    return samples(answer.body.decode())


def test_figures_follow_what_happens(region):
    before = metrics(region.nobody)
    submit(region)
    assert region.nobody.ask("GET", "/nowhere/at/all/here").status == 404
    after = metrics(region.nobody)
    grown = {key: after[key] - before.get(key, 0) for key in after}
    assert grown["lianxi_entries", None] == 1 and grown["lianxi_writer_jobs_total", None] >= 1
    assert grown["lianxi_writer_batches_total", None] >= 1 and grown["lianxi_writer_failed_batches_total", None] == 0
    assert grown["lianxi_http_requests_total", '{method="POST",route="/:plural/:n/:act",status="2xx"}'] == 1
    assert grown["lianxi_http_requests_total", '{method="",route="",status="4xx"}'] == 1
    assert grown["lianxi_http_requests_total", '{method="GET",route="/metrics",status="2xx"}'] == 1
    assert grown["lianxi_http_request_seconds_count", None] == 3  # metrics once, the need, the refusal
    assert after["lianxi_http_connections", None] >= 1 and after["process_cpu_seconds_total", None] > 0
    buckets = [value for (name, _), value in after.items() if name == "lianxi_http_request_seconds_bucket"]
    assert buckets == sorted(buckets) and buckets[-1] == after["lianxi_http_request_seconds_count", None]


def test_only_this_machine_or_the_token(founded, tmp_path):
    """A request that was forwarded, or asks by another name, is not this machine's."""
    own = founded.copy(tmp_path / "region")
    (own.folder / "lianxi.conf").write_text(f"metrics-token = {TOKEN}\nproxy = 127.0.0.0/8\n")
    own.start()
    try:
        elsewhere = [{"X-Forwarded-For": "192.0.2.7"}, {"Host": "region.example"}]
        for fields in elsewhere:
            for path in ("/metrics", "/metrics.json", "/api/v1/metrics"):
                answer = own.nobody.ask("GET", path, fields=fields)
                assert answer.status == 401 and answer.fields["www-authenticate"] == "Bearer" and b"lianxi_" not in answer.body
            for wrong in (TOKEN[:-1], TOKEN + "x", "", TOKEN.upper(), own.tokens["secretary"]):
                answer = own.nobody.ask("GET", "/metrics", fields={**fields, "Authorization": f"Bearer {wrong}"})
                assert answer.status == 401, wrong
            answer = own.nobody.ask("GET", "/metrics", fields={**fields, "Authorization": f"Bearer {TOKEN}"})
            assert answer.status == 200 and samples(answer.body.decode())
        assert metrics(own.nobody)
        # it is nobody's token anywhere else
        assert own.nobody.ask("GET", "/api/v1/account", fields={"Authorization": f"Bearer {TOKEN}"}).status == 401
    finally:
        own.stop()


def test_a_token_must_be_one(founded, tmp_path):
    own = founded.copy(tmp_path / "region")
    for bad in ("short", "x" * 201, "with a blank in the middle"):
        (own.folder / "lianxi.conf").write_text(f"metrics-token = {bad}\n")
        done = own.lianxi("serve", own.folder, "--listen", "127.0.0.1:0", code=2)
        assert "lianxi.conf:1" in done.stderr and bad not in done.stderr


def test_metrics_and_log_hold_nothing_of_anybody(region):
    """Names, words, numbers of persons, addresses, tokens: what is asked and said stays out of both."""
    marks = ["标记甲乙丙", "marker-of-a-title", "asker", "officer2", "127.0.0.1", *region.tokens.values()]
    number = submit(region, title=f"{marks[0]} {marks[1]}")
    for path in (f"/needs?search={marks[1]}", f"/needs/{number}", f"/{marks[1]}/{marks[1]}", "/account"):
        region.asker.ask("GET", path, fields={"User-Agent": marks[1], "Referer": f"https://{marks[1]}/", "Cookie": f"x={marks[1]}"})
    Client(region.server.port).ask("POST", "/api/v1/sign-in", {"name": "officer2", "password": marks[1]})
    figures, log = region.nobody.get("/metrics").body.decode(), region.server.log.read_text()
    for mark in marks:
        assert mark not in figures and mark not in log.replace('{"at":', ""), mark
    lines = [json.loads(line) for line in log.splitlines()]
    assert {frozenset(line) for line in lines} <= {
        frozenset(keys.split()) for keys in ("at note", "at method route status bytes ms", "at method route status bytes ms fault")}
    assert len([line for line in lines if "route" in line]) >= 7
