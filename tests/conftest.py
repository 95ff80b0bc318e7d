# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every black-box test gets: the binary, the shared reference data, and no silent skips in CI."""
import os
import pathlib
import signal
import subprocess

import pytest

import region as regions

TOP = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = TOP / "tests" / "fixtures"

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # by a shell that runs us in the background: commands would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Lianxi:
    """The real binary, run as a person would run it."""

    def __init__(self, path):
        self.path = str(path)

    def __call__(self, *words, stdin=None, timeout=120, lang="en", code=0):
        """Runs a command and returns the finished process; fails unless it exits with `code` (None: any)."""
        done = subprocess.run(
            [self.path, *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, "LC_ALL": "zh_CN.UTF-8" if lang == "zh" else "en_GB.UTF-8"},
        )
        if code is not None:
            assert done.returncode == code, f"{words}: exit {done.returncode}\n{done.stderr[-4000:]}"
        return done


@pytest.fixture(scope="session")
def lianxi():
    path = pathlib.Path(os.environ.get("LIANXI", TOP / "build" / "release" / "cli" / "lianxi"))
    if not path.exists():
        pytest.fail(f"no binary at {path}: run make build")
    return Lianxi(path)


@pytest.fixture(scope="session")
def founded(lianxi, tmp_path_factory):
    """A region with its people (tests/region.py), made once; tests take copies."""
    return regions.found(lianxi, tmp_path_factory.mktemp("region") / "founded")


@pytest.fixture()
def region(founded, tmp_path):
    """A region of the test's own, served."""
    own = founded.copy(tmp_path / "region").start()
    yield own
    own.kill()


@pytest.fixture(scope="module")
def shared_region(founded, tmp_path_factory):
    """A region for all tests of a file, served."""
    own = founded.copy(tmp_path_factory.mktemp("region") / "shared").start()
    yield own
    own.kill()


@pytest.fixture(scope="session")
def shared():
    """The folder of reference data; tests that need it are skipped where it is absent."""
    path = pathlib.Path(os.environ.get("LIANXI_SHARED", ""))
    if not os.environ.get("LIANXI_SHARED") or not path.is_dir():
        pytest.skip("LIANXI_SHARED does not name the folder of reference data")
    return path


def pytest_collection_modifyitems(config, items):
    """Tests marked `long` run only when LIANXI_LONG is set (make test-long)."""
    if not os.environ.get("LIANXI_LONG"):
        kept = [item for item in items if "long" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if "long" in item.keywords])
        items[:] = kept


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only in make test-long")


def pytest_sessionfinish(session, exitstatus):
    """In CI nothing may be skipped: a skip there is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") == "true" and skipped and session.exitstatus == 0:
        reporter.write_line(f"CI: {len(skipped)} skipped, which counts as a failure here")
        session.exitstatus = 1
