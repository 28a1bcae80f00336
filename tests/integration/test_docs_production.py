"""docs/how-to/run-in-production.md, done step by step as it stands there, on a real PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from nutgraf.adapters.store import open_store
from postgres_databases import database_url, run_sql

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "run-in-production.md"
DEPLOY_TESTS = "tests/integration/test_deploy.py runs what it starts"
NOT_RUN_HERE = {
    "systemctl": f"no systemd runs in a test; {DEPLOY_TESTS}",
    "docker": f"no container engine in CI; {DEPLOY_TESTS}",
    "NUTGRAF_PUBLIC_URL=https://news.example docker": f"no container engine in CI; {DEPLOY_TESTS}",
}
SERVERS = ("nutgraf worker", "nutgraf web")


def blocks() -> Iterator[tuple[str, str]]:
    """Language and text of each block, in the order of the page."""
    for match in re.finditer(r"^```(\w+)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        yield match[1], match[2]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A machine: an SQLite store to bring along, and folders in place of those of the root."""
    for folder in ("etc/nutgraf", "etc/systemd/system", "var/backups", "bin", "data"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    (tmp_path / "bin" / "nutgraf").write_text(f'#!/bin/sh\nexec {sys.executable} -m nutgraf "$@"\n')
    (tmp_path / "bin" / "nutgraf").chmod(0o755)
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'nutgraf.db'}")
    store.migrate()
    store.close()
    return tmp_path


@pytest.fixture
def server(postgresql_url: str) -> Iterator[str]:
    """A server on which nobody called `nutgraf` is known, before and after."""
    yield postgresql_url
    run_sql(postgresql_url, "DROP DATABASE IF EXISTS nutgraf WITH (FORCE)", "DROP ROLE IF EXISTS nutgraf")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.skipif(shutil.which("curl") is None, reason="a step asks with curl; .ci/run installs it")
def test_every_step_works_as_it_is_written(place: Path, server: str) -> None:
    database = database_url(server, "nutgraf")
    port = free_port()
    here = {
        "postgresql://nutgraf@db.internal/nutgraf": database.replace("//postgres:@", "//nutgraf@"),
        "/etc/": f"{place}/etc/",
        "/var/": f"{place}/var/",
        "8321": str(port),
    }

    def as_here(text: str) -> str:
        for written, ours in here.items():
            text = text.replace(written, ours)
        return text

    environment = os.environ | {
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "NUTGRAF_DATA_DIR": str(place / "data"),
        "NUTGRAF_WORK__PROCESSES": "1",
        "HOME": str(place),
    }
    run, left_out = [], []
    with contextlib.ExitStack() as processes:
        for language, text in blocks():
            if language == "sql":
                run_sql(server, *filter(None, map(str.strip, text.split(";"))))
            elif language == "toml":
                (place / "data" / "nutgraf.toml").write_text(as_here(text))
            else:
                assert language == "sh"
                for line in text.splitlines():
                    if line.startswith(tuple(NOT_RUN_HERE)):
                        left_out.append(line)
                        continue
                    run.append(line)
                    if line.startswith(SERVERS):
                        start(as_here(line), environment, place, processes)
                    else:
                        if line.startswith("curl"):
                            wait_for_port(port)
                        do(as_here(line), environment, place)
        started = [line for line in run if line.startswith(SERVERS)]
        wait_for_processes(database, len(started))
    assert len(run) > 12
    assert len(left_out) == 3
    assert len(list((place / "var" / "backups" / "nutgraf").iterdir())) == 1
    units = {unit.name: unit.read_text() for unit in (place / "etc" / "systemd" / "system").iterdir()}
    commands = {name: re.findall(r"^ExecStart=\S+/(nutgraf .*)$", text, re.MULTILINE) for name, text in units.items()}
    assert commands == {"nutgraf-worker.service": ["nutgraf worker --quiet"], "nutgraf-web.service": ["nutgraf web"]}
    assert (place / "secrets").stat().st_mode & 0o077 == 0
    assert len((place / "secrets" / "database-password").read_text()) > 30


def do(line: str, environment: dict[str, str], place: Path) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def start(line: str, environment: dict[str, str], place: Path, processes: contextlib.ExitStack) -> None:
    """Run it until the end of the page; then SIGTERM must end it in order."""
    process = subprocess.Popen(["bash", "-c", f"exec {line}"], cwd=place, env=environment, stderr=subprocess.DEVNULL)

    def end() -> None:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0, line

    processes.callback(end)


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)


def wait_for_processes(url: str, count: int) -> None:
    """All of them must come to report themselves."""
    deadline = time.monotonic() + 60
    seen = 0
    while seen < count and time.monotonic() < deadline:
        with psycopg.connect(url) as connection:
            (seen,) = connection.execute("SELECT count(*) FROM workers").fetchone() or (0,)
        time.sleep(0.1)
    assert seen == count
