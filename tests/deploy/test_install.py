# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make install` into an empty folder: the binary runs from there, manual and units are whole, and a C program outside the tree finds the
engines by pkg-config."""
import os
import pathlib
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = """
#include <engines/shares/shares.h>
#include <engines/similar/similar.h>
#include <engines/consensus/consensus.h>
#include <engines/appraise/appraise.h>
#include <engines/tally/tally.h>
#include <base/message.h>
#include <stdio.h>

int main(void)
{
	struct lx_arena arena = { .limit = 1 << 24 };
	struct lx_call call = { .arena = &arena, .threads = 1 };
	struct lx_buf said = { 0 };
	struct lx_ratios shares = { 0 };
	/* nobody, A, B, A+B, C, A+C, B+C, all three */
	const int64_t costs[] = { 0, 60, 50, 90, 40, 80, 70, 120 };
	const struct lx_game game = { .n = 3, .cost = true, .worth = costs, .scale = 1 };

	if (lx_shapley(&call, &game, &shares) != LX_OK)
		return 1;
	for (size_t i = 0; i < shares.n; i++) {
		lx_ratio_write(&said, shares.at[i]);
		lx_buf_char(&said, ' ');
	}
	puts(said.at);
	lx_ratios_close(&shares);
	lx_buf_clear(&said);
	/* a fault in words, as the engine meant it */
	const int64_t wrong[] = { 1, 60, 50, 90, 40, 80, 70, 120 };
	const struct lx_game bad = { .n = 3, .cost = true, .worth = wrong, .scale = 1 };
	if (lx_game_check(&call, &bad) != LX_INVALID)
		return 2;
	lx_say_fault(&said, LX_EN, &call.fault);
	puts(said.at);
	lx_arena_close(&arena);
	lx_buf_close(&said);
	return 0;
}
"""


@pytest.fixture(scope="module")
def installed(lianxi, tmp_path_factory):
    build = pathlib.Path(lianxi.path).resolve().parent.parent
    subprocess.run(["ninja", "-C", build, "deploy/liblianxi-engines.a"], check=True, capture_output=True, timeout=600)
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", folder], check=True, capture_output=True, timeout=120)
    return folder / "usr" / "local"


def test_the_binary_runs_from_there(installed):
    done = subprocess.run([installed / "bin" / "lianxi", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("lianxi ")


def test_manual_completion_and_units_are_there(installed):
    share = installed / "share"
    assert {"lianxi.1", "lianxi-serve.1"} <= {page.name for page in (share / "man" / "man1").iterdir()}
    assert (share / "man" / "zh_CN" / "man1" / "lianxi-serve.1").exists()
    assert (share / "bash-completion" / "completions" / "lianxi").exists() and (share / "zsh" / "site-functions" / "_lianxi").exists()
    unit = (installed / "lib" / "systemd" / "system" / "lianxi@.service").read_text()
    assert "ExecStart=/usr/local/bin/lianxi serve" in unit and "@bindir@" not in unit
    assert (installed / "lib" / "sysusers.d" / "lianxi.conf").exists()


def test_units_are_sound_and_shut(installed, tmp_path):
    """systemd's own reader finds no fault, and counts little exposure."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for name in ("lianxi@.service", "lianxi-backup@.service", "lianxi-backup@.timer"):
        text = (installed / "lib" / "systemd" / "system" / name).read_text()
        text = text.replace("/usr/local/bin/lianxi", "/bin/true").replace("Documentation=man:", "Documentation=https://localhost/")
        (tmp_path / name.replace("@", "@delta")).write_text(text)
    for name in ("lianxi@delta.service", "lianxi-backup@delta.service"):
        done = subprocess.run(["systemd-analyze", "verify", f"./{name}"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert name not in done.stderr and "Unknown" not in done.stderr, done.stderr
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", "./lianxi@delta.service"], cwd=tmp_path,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:]


def pkg_config(installed, *words):
    env = {**os.environ, "PKG_CONFIG_PATH": ":".join(str(path.parent) for path in installed.rglob("lianxi-tally.pc"))}
    done = subprocess.run(["pkg-config", f"--define-variable=prefix={installed}", *words], env=env, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("engine", ["tally", "shares", "consensus", "similar", "appraise"])
def test_a_program_outside_finds_the_engines(installed, tmp_path, engine):
    flags = pkg_config(installed, "--cflags", f"lianxi-{engine}")
    libraries = pkg_config(installed, "--libs", f"lianxi-{engine}")
    assert not [flag for flag in flags + libraries if str(TOP) in flag]
    (tmp_path / "program.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", *flags, "program.c", "-o", "program", *libraries], cwd=tmp_path, check=True)
    said = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0].split() == ["50", "40", "30"] and len(said[1]) > 10 and "shares." not in said[1]
