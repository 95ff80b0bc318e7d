# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public record over HTTP: addresses, media types, caching; receipts offline; a log that never goes back."""
import base64
import hashlib
import json
import shutil
import stat
import time

import region as regions
import sm2

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


def test_the_reply_to_an_act_is_signed(region, lianxi, tmp_path):
    """The region's word at once; the proof file that is had later must agree with it."""
    answer = region.asker.send("/needs/new/submit", regions.need()).json()
    said, file = tmp_path / "said", tmp_path / "need.tlog-proof"
    said.write_text(answer["signed"])
    key = region.nobody.get("/log/key").body.decode().strip()
    lines = answer["signed"].split("\n")
    assert lines[0] == "lianxi receipt 1" and lines[1] == key.split("+")[0] and lines[2] == str(answer["entry"])
    regions.wait_for(lambda: region.nobody.ask("GET", answer["receipt"]).status == 200)
    file.write_bytes(region.nobody.get(answer["receipt"]).body)
    extra = base64.b64decode(file.read_bytes().split(b"\n")[1].removeprefix(b"extra "))
    assert base64.b64decode(lines[3]) == leaf(extra)
    told = lianxi("verify", "receipt", said, "--key", key, "--kept", file).stdout
    assert f"entry {answer['entry']} stands" in told and "by the proof file" in told
    said.write_text(answer["signed"].replace(lines[3], base64.b64encode(bytes(32)).decode()))
    lianxi("verify", "receipt", said, "--key", key, code=1)
    # another entry's proof file keeps no promise
    said.write_text(answer["signed"])
    other = tmp_path / "other.tlog-proof"
    other.write_bytes(region.nobody.get("/log/proof/3").body)
    assert "something else" in lianxi("verify", "receipt", said, "--key", key, "--kept", other, code=1).stdout
    # and a checkpoint is no receipt, whatever is asked of it
    said.write_bytes(region.nobody.get("/log/checkpoint").body)
    lianxi("verify", "receipt", said, "--key", key, code=2)


def test_an_sm2_line_stands_beside_the_other(region, lianxi, tmp_path):
    """Added by keygen; verified by other arithmetic and by the commands; a program that knows Ed25519 only goes on as before."""
    plain = region.nobody.get("/log/checkpoint").body.decode()
    region.nobody.get("/log/key-sm2", 404)
    region.stop()
    keys = lianxi("keygen", region.folder, "--sm2").stdout.strip().split("\n")[-2:]
    assert (region.folder / "keys/log-sm2.pub").read_text().strip() == keys[1]
    assert stat.S_IMODE((region.folder / "keys/log.sm2").stat().st_mode) == 0o600
    lianxi("keygen", region.folder, "--sm2", code=3)  # there is one
    region.start()
    note = region.nobody.get("/log/checkpoint").body.decode()
    text, signatures = note.split("\n\n")
    ed25519_line, sm2_line = signatures.strip().split("\n")
    assert plain.split("\n\n")[1].strip() == ed25519_line and plain.split("\n\n")[0] == text, "no entry came: the same, signed by both"
    assert region.nobody.get("/log/key-sm2").body.decode().strip() == keys[1]
    name, identity, key = keys[1].split("+", 2)
    typed = base64.b64decode(key)
    assert typed.startswith(b"\xfflianxi/sm2") and len(typed) == 44
    assert hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8] == identity
    signature = base64.b64decode(sm2_line.split()[2])
    assert sm2_line.split()[1] == name and signature[:4].hex() == identity
    assert sm2.verify(typed[11:], (text + "\n").encode(), signature[4:])
    assert not sm2.verify(typed[11:], text.encode(), signature[4:])
    address = f"http://127.0.0.1:{region.server.port}"
    for known in keys:
        assert "entries hold" in lianxi("verify", address, "--key", known).stdout
        receipt = tmp_path / "receipt"
        receipt.write_bytes(region.nobody.get("/log/proof/2").body)
        lianxi("verify", "receipt", receipt, "--key", known)
    broken = bytearray(signature)
    broken[40] ^= 1
    receipt.write_text(receipt.read_text().replace(sm2_line.split()[2], base64.b64encode(bytes(broken)).decode()))
    lianxi("verify", "receipt", receipt, "--key", keys[1], code=1)
    lianxi("verify", "receipt", receipt, "--key", keys[0])
    region.submitted = regions.submit(region)
    regions.wait_for(lambda: region.nobody.get("/log/checkpoint").body.decode() != note)
    assert region.nobody.get("/log/checkpoint").body.decode().count("\n— ") == 2
