#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The part of `make install` that is more than copying, run by meson: manual pages and completion as the binary writes them, units with
the place of the binary in them.

    install.py LIANXI BINDIR DATADIR      (the prefix, with DESTDIR before it, is told by meson)
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def put(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)
    print(f"Installing {source.name} to {target.parent}")


def manual(lianxi, share):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([lianxi, "manual", folder], check=True, stdout=subprocess.DEVNULL)
        made = pathlib.Path(folder)
        for where in ("man1", "zh_CN/man1"):
            for page in sorted((made / where).iterdir()):
                put(page, share / "man" / where / page.name)
        put(made / "lianxi.bash", share / "bash-completion" / "completions" / "lianxi")
        put(made / "_lianxi", share / "zsh" / "site-functions" / "_lianxi")


def units(prefix, bindir):
    """systemd looks into lib/ of /usr and of /usr/local."""
    for unit in sorted([*HERE.glob("*.service"), *HERE.glob("*.timer")]):
        target = prefix / "lib" / "systemd" / "system" / unit.name
        put(unit, target)
        target.write_text(target.read_text(encoding="utf-8").replace("@bindir@", bindir), encoding="utf-8")
    put(HERE / "lianxi.sysusers", prefix / "lib" / "sysusers.d" / "lianxi.conf")


def main():
    lianxi, bindir, datadir = sys.argv[1:]
    prefix = pathlib.Path(os.environ["MESON_INSTALL_DESTDIR_PREFIX"])
    manual(lianxi, prefix / datadir)
    units(prefix, str(pathlib.Path(os.environ["MESON_INSTALL_PREFIX"]) / bindir))
    for example in ("nginx.conf", "Caddyfile"):
        put(HERE / example, prefix / datadir / "doc" / "lianxi" / example)


if __name__ == "__main__":
    main()
