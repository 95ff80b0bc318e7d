# SPDX-License-Identifier: AGPL-3.0-or-later
"""Erased means erased: by `lianxi erase`, in every file, and after a backup is restored."""
import shutil

import region as regions


def files_of(region):
    return b"".join(path.read_bytes() for path in region.folder.glob("lianxi.db*"))


def checkpoint(region):
    """The size that stands outside the database."""
    return int((region.folder / "keys/checkpoint").read_text().split("\n")[1])


def with_mark(region):
    """A need of `asker` with a sealed contact."""
    number = regions.submit(region, contact="13811112222")
    return number


def test_erase_leaves_nothing_and_says_so(region, lianxi):
    number = with_mark(region)
    region.stop()
    assert b"13811112222" in files_of(region)
    person = region.numbers["asker"]
    done = lianxi("erase", "person", person, "--region", region.folder, "--reason", "本人书面申请")
    assert "Erased" in done.stdout
    assert b"13811112222" not in files_of(region)
    assert str(person) in (region.folder / "keys/erased").read_text()
    assert lianxi("verify", region.folder).returncode == 0
    region.start()
    assert region.nobody.read(f"/needs/{number}")["title"]["text"]
    assert region.asker.ask("GET", "/api/v1/desk").status in (401, 403)


def test_a_restored_backup_does_not_bring_erased_people_back(region, lianxi, tmp_path):
    with_mark(region)
    lianxi("backup", region.folder, tmp_path / "backup.db")
    region.secretary.act(f"/persons/{region.numbers['asker']}/erase", reason="本人书面申请")
    regions.wait_for(lambda: (region.folder / "keys/erased").exists() and checkpoint(region) == region.entries)
    region.stop()
    lianxi("restore", tmp_path / "backup.db", tmp_path / "restored")
    shutil.copytree(region.folder / "keys", tmp_path / "restored/keys", dirs_exist_ok=True)
    restored = regions.Region(lianxi, tmp_path / "restored", dict(region.tokens), dict(region.numbers))
    assert b"13811112222" in files_of(restored)
    restored.start()
    try:
        assert restored.asker.ask("GET", "/api/v1/desk").status in (401, 403)
        regions.wait_for(lambda: b"13811112222" not in files_of(restored), 90)
        # the log is behind what was published: it does not sign, and says so
        assert restored.nobody.ask("GET", "/log/checkpoint").status == 503
    finally:
        restored.kill()


def test_another_person_under_the_same_number_stays(region, lianxi, tmp_path):
    """The list holds the mark of the key, not the number alone."""
    region.stop()
    (region.folder / "keys/erased").write_text(f"{region.numbers['asker']} {'A' * 43}=\n")
    region.start()
    assert region.asker.ask("GET", "/api/v1/desk").status == 200


def test_what_cannot_be_erased(region, lianxi):
    region.stop()
    for words, code in ((["person", "999999"], 3), (["person", "x"], 2), (["need", "1"], 2)):
        done = lianxi("erase", *words, "--region", region.folder, code=None)
        assert done.returncode == code, done
    (region.folder / "keys/erased").write_text("nonsense\n")
    done = lianxi("serve", region.folder, "--listen", "127.0.0.1:0", code=None)
    assert done.returncode == 2 and "erased" in done.stderr
