# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public record over HTTP: addresses, media types, caching; receipts offline; a log that never goes back."""
import base64
import hashlib
import json
import shutil
import stat
import time

import region as regions

ALL = "application/octet-stream"


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def root(hashes):
    """RFC 6962, 2.1, by its definition."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while 2 * half < len(hashes):
        half *= 2
    return hashlib.sha256(b"\1" + root(hashes[:half]) + root(hashes[half:])).digest()


def checkpoint(client):
    """Size and root of the checkpoint, and the whole note."""
    answer = client.get("/log/checkpoint")
    assert answer.fields["content-type"] == "text/plain; charset=utf-8"
    lines = answer.body.decode().split("\n")
    assert lines[3] == "" and lines[4].startswith(f"— {lines[0]} ") and lines[5:] == [""]
    return int(lines[1]), base64.b64decode(lines[2]), answer.body


def unpack(bundle):
    entries = []
    while bundle:
        n = int.from_bytes(bundle[:2], "big")
        entries.append(bundle[2:2 + n])
        bundle = bundle[2 + n:]
    return entries


def test_tiles_and_bundles_make_the_signed_root(shared_region):
    client = shared_region.nobody
    size, signed, _ = checkpoint(client)
    assert 2 < size < 256 and size == shared_region.entries
    tile = client.get(f"/log/tile/0/000.p/{size}")
    bundle = client.get(f"/log/tile/entries/000.p/{size}")
    for answer in (tile, bundle):
        assert answer.fields["content-type"] == ALL and "immutable" in answer.fields["cache-control"]
        assert "Cookie" not in answer.fields["vary"]
    hashes = [tile.body[i:i + 32] for i in range(0, len(tile.body), 32)]
    assert hashes == [leaf(entry) for entry in unpack(bundle.body)] and root(hashes) == signed
    for width in (1, 2, size - 1):  # of every size that was ever published
        assert client.get(f"/log/tile/0/000.p/{width}").body == tile.body[:32 * width]
        assert unpack(client.get(f"/log/tile/entries/000.p/{width}").body) == unpack(bundle.body)[:width]


def test_what_is_not_there_is_not_found(shared_region):
    client = shared_region.nobody
    size, _, _ = checkpoint(client)
    for path in (f"0/000.p/{size + 1}", "0/000", "0/001.p/1", "1/000.p/1", "63/000.p/1", "64/000.p/1", "0/000.p/0", "0/000.p/256",
                 "0/0", "0/x000/000.p/1", "entries/000", "entries/000.p/", "0/000.p/01", "x", "0/000.p/1/", "8/0/000.p/1"):
        assert client.ask("GET", f"/log/tile/{path}").status == 404, path
    for number in ("0", str(size + 1), "x", "-1", "99999999999999999999"):
        assert client.ask("GET", f"/log/proof/{number}").status == 404, number


def test_programs_may_accept_what_they_like(shared_region):
    for accept in (ALL, "image/png", "text/html"):
        assert shared_region.nobody.get("/log/tile/0/000.p/1", Accept=accept).fields["content-type"] == ALL
    assert shared_region.nobody.ask("HEAD", "/log/checkpoint").status == 200
    assert shared_region.nobody.ask("POST", "/log/checkpoint").status == 405


def test_a_receipt_holds_and_a_changed_one_does_not(shared_region, lianxi, tmp_path):
    client, file = shared_region.nobody, tmp_path / "receipt.tlog-proof"
    key = client.get("/log/key").body.decode().strip()
    assert key == (shared_region.folder / "keys" / "log.pub").read_text().strip()
    good = client.get("/log/proof/3")
    assert ".tlog-proof" in good.fields["content-disposition"]
    file.write_bytes(good.body)
    said = lianxi("verify", "receipt", file, "--key", key).stdout
    assert "Entry 3" in said and '"n":3' in said
    assert "第 3 条" in lianxi("verify", "receipt", file, "--key", key, lang="zh").stdout
    lines = good.body.decode().split("\n")
    for changed, code in ((["index 4" if line == "index 2" else line for line in lines], 1), (lines[:2], 2),
                          ([line for i, line in enumerate(lines) if i != 3], 1)):
        file.write_text("\n".join(changed))
        lianxi("verify", "receipt", file, "--key", key, code=code)
    # without the entry inside, the entry must be given
    file.write_text("\n".join(line for line in lines if not line.startswith("extra ")))
    lianxi("verify", "receipt", file, "--key", key, code=2)
    (tmp_path / "entry").write_bytes(base64.b64decode(lines[1][6:]))
    lianxi("verify", "receipt", file, "--key", key, "--entry", tmp_path / "entry")
    lianxi("verify", "receipt", file, "--key", key[:-4] + "AAA=", code=2)
    assert 'href="/log/proof/3"' in client.get("/record/3", Accept="text/html").body.decode()


def test_every_act_is_in_a_later_checkpoint(region):
    before, _, _ = checkpoint(region.nobody)
    regions.submit(region)
    n = region.entries
    answer = region.nobody.ask("GET", f"/log/proof/{n}")
    assert answer.status in (200, 503), answer  # at most one checkpoint a second
    for _ in range(40):
        if answer.status == 200:
            break
        assert answer.fields["retry-after"]
        regions.time.sleep(0.1)
        answer = region.nobody.ask("GET", f"/log/proof/{n}")
    size, _, note = checkpoint(region.nobody)
    assert n <= size and before < size and answer.body.endswith(note)


def test_an_older_database_is_not_signed(region, lianxi, tmp_path):
    lianxi("backup", region.folder, tmp_path / "older.db")
    regions.submit(region)
    regions.time.sleep(1.1)
    size, _, note = checkpoint(region.nobody)
    region.stop()
    mode = (region.folder / "keys" / "log.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600 and (region.folder / "keys" / "checkpoint").read_bytes() == note
    lianxi("restore", tmp_path / "older.db", tmp_path / "restored")
    shutil.copytree(region.folder / "keys", tmp_path / "restored" / "keys")
    restored = regions.Region(lianxi, tmp_path / "restored").start()
    try:
        for path in ("/log/checkpoint", "/log/tile/0/000.p/1", "/log/proof/1"):
            answer = restored.nobody.ask("GET", path, fields={"Accept": "application/json"})
            assert answer.status == 503 and answer.json()["code"] == "record.behind", answer
            assert "keygen --anew" in answer.body.decode()
        assert restored.nobody.get("/record").status == 200
        assert "keygen --anew" in restored.server.log.read_text()
    finally:
        restored.stop()
    # the same numbers with other entries are not signed either, though there are more of them
    restored.start()
    restored.tokens.update(region.tokens)
    while restored.entries < size + 2:
        regions.submit(restored)
    answer = restored.nobody.ask("GET", "/log/checkpoint", fields={"Accept": "application/json"})
    assert answer.status == 503 and answer.json()["code"] == "record.differs", answer
    restored.stop()
    # on only under a name that names the old
    folder, old = tmp_path / "restored", (region.folder / "keys" / "log.pub").read_text().split("+")[0]
    lianxi("keygen", folder, code=3)
    lianxi("keygen", folder, "--anew", "--origin", "other.example/log", code=2)
    lianxi("keygen", folder, "--anew", "--origin", f"{old}/2")
    restored.start()
    try:
        assert checkpoint(restored.nobody)[2].decode().startswith(f"{old}/2\n")
    finally:
        restored.stop()


def test_a_region_without_keys_is_served_unsigned(region, lianxi):
    region.stop()
    shutil.rmtree(region.folder / "keys")
    region.start()
    answer = region.nobody.ask("GET", "/log/checkpoint", fields={"Accept": "application/json"})
    assert answer.status == 503 and answer.json()["code"] == "record.no_key"
    region.stop()
    printed = lianxi("keygen", region.folder, "--origin", "suzhou.example/log").stdout
    assert printed.splitlines()[-1].startswith("suzhou.example/log+")
    lianxi("keygen", region.folder, "--origin", "a b", "--anew", code=2)
    region.start()
    assert checkpoint(region.nobody)[0] == region.entries


def address(commitment):
    return "/log/content/" + base64.b64decode(commitment).hex()


def open_contents(client):
    """Commitment of each content that the served entries bind in the open, by reference."""
    size, _, _ = checkpoint(client)
    entries = unpack(client.get(f"/log/tile/entries/000.p/{size}").body)
    found = {}
    for entry in entries:
        for ref, commitment in json.loads(entry).get("with", {}).items():
            if ref.startswith("content/"):
                found[ref] = commitment
    return found


def test_public_contents_are_served_by_their_hash(region):
    number = regions.submit(region)
    time.sleep(1.1)  # the next checkpoint
    client = region.nobody
    texts = []
    for commitment in open_contents(client).values():
        answer = client.get(address(commitment))
        assert hashlib.sha256(answer.body).digest() == base64.b64decode(commitment)
        assert answer.fields["content-type"] == ALL and "immutable" not in answer.fields["cache-control"]
        texts.append(answer.body[32:].decode())
    need = client.read(f"/needs/{number}")
    assert need["title"]["text"] in texts and need["text"]["text"] in texts
    for path in ("0" * 64, "0" * 63, "A" * 64, "../checkpoint", "0" * 65):
        assert client.ask("GET", "/log/content/" + path).status == 404


def test_hidden_and_withdrawn_contents_are_not_served(region):
    number = regions.submit(region)
    time.sleep(1.1)
    client = region.nobody
    known = open_contents(client)
    region.secretary.act(f"/needs/{number}/hide", reason="核实其中的个人信息")
    title = client_contents(region, number, known)
    assert client.ask("GET", address(known[title])).status == 404
    region.secretary.act(f"/needs/{number}/unhide", reason="已经核实，没有个人信息")
    assert client.ask("GET", address(known[title])).status == 200
    region.secretary.act(f"/needs/{number}/gone", content=int(title[8:]), ground="7.2", reason="应本人要求撤回")
    answer = client.ask("GET", address(known[title]))
    assert answer.status == 410 and f"/record/{region.entries}" in answer.body.decode()


def client_contents(region, number, known):
    """The reference of a need's title."""
    content = region.secretary.read(f"/needs/{number}")["title"]["content"]
    assert f"content/{content}" in known
    return f"content/{content}"


def test_every_act_is_answered_with_its_receipt(region, lianxi, tmp_path):
    answer = region.asker.send("/needs/new/submit", regions.need())
    assert answer.status == 201
    path = answer.json()["receipt"]
    regions.wait_for(lambda: region.nobody.ask("GET", path).status == 200)
    file = tmp_path / "need.tlog-proof"
    file.write_bytes(region.nobody.get(path).body)
    key = region.nobody.get("/log/key").body.decode().strip()
    said = lianxi("verify", "receipt", file, "--key", key).stdout
    assert f'"n":{answer.json()["entry"]}' in said and "need.submit" in said
