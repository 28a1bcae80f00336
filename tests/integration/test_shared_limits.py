"""Many workers on several machines ask each host one thing at a time, with its gap: the servers themselves count.

The machines are network namespaces where this system allows them, with public addresses of their own, so that the
gap of real hosts holds; elsewhere they are processes over several loopback addresses, which have no gap.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import counting_press
from nutgraf.adapters.queue.postgres_schema import prepare_queue
from nutgraf.adapters.store import open_store
from postgres_databases import database_url, run_sql
from worker_processes import Workers, kill

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(600)]

HOSTS, FEEDS_OF_HOST, PAGES_OF_FEED = 3, 8, 3
GAP_S = 0.25
MACHINES = 2
WORKERS_OF_MACHINE = int(os.environ.get("NUTGRAF_TEST_WORKERS", "2"))
"""More of them by hand: NUTGRAF_TEST_WORKERS=4 pytest tests/integration/test_shared_limits.py -s."""


@dataclass
class Network:
    """Where the press stands, and how a command is run on each machine."""

    addresses: list[str]
    port: int
    press_prefix: list[str]
    machine_prefixes: list[list[str]]
    gap_s: float


@pytest.fixture
def network() -> Iterator[Network]:
    with contextlib.ExitStack() as stack:
        try:
            found = stack.enter_context(namespaces())
        except (OSError, subprocess.CalledProcessError):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            addresses = [f"127.0.0.{number}" for number in range(2, 2 + HOSTS)]
            found = Network(addresses, port, [], [[] for _ in range(MACHINES)], 0.0)
        yield found


@contextlib.contextmanager
def namespaces() -> Iterator[Network]:
    """A world with public addresses, and machines that reach it; OSError or CalledProcessError where not allowed."""
    tag = uuid4().hex[:6]
    world, machines = f"world{tag}", [f"m{number}{tag}" for number in range(MACHINES)]
    addresses = [f"198.41.{number}.4" for number in range(1, 1 + HOSTS)]
    made: list[str] = []
    try:
        for name in (world, *machines):
            ip("netns", "add", name)
            made.append(name)
        for number, name in enumerate(machines):
            outside, inside = f"w{number}{tag}", f"i{number}{tag}"
            ip("link", "add", outside, "netns", world, "type", "veth", "peer", "name", inside, "netns", name)
            for space, link, address in (
                (world, outside, f"198.40.{number}.1/24"),
                (name, inside, f"198.40.{number}.2/24"),
            ):
                ip("-n", space, "addr", "add", address, "dev", link)
                ip("-n", space, "link", "set", link, "up")
                ip("-n", space, "link", "set", "lo", "up")
            ip("-n", name, "route", "add", "default", "via", f"198.40.{number}.1")
        for address in addresses:
            ip("-n", world, "addr", "add", f"{address}/32", "dev", "lo")
        run_in = ["ip", "netns", "exec"]
        yield Network(addresses, 80, [*run_in, world], [[*run_in, name] for name in machines], GAP_S)
    finally:
        for name in made:
            ip("netns", "del", name)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def host_of(network: Network, address: str) -> str:
    return address if network.port == 80 else f"{address}:{network.port}"


@pytest.fixture
def press_report(network: Network, tmp_path: Path) -> Iterator[Path]:
    report = tmp_path / "report.json"
    program = [sys.executable, counting_press.__file__, str(report), str(network.port), str(PAGES_OF_FEED)]
    press = subprocess.Popen([*network.press_prefix, *program, *network.addresses], start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while not report.exists():
            assert press.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield report
    finally:
        kill(press)


def test_each_host_is_asked_one_thing_at_a_time_by_all_workers_together(
    postgresql_url: str, network: Network, press_report: Path, tmp_path: Path
) -> None:
    name = f"limits_{uuid4().hex}"
    run_sql(postgresql_url, f"CREATE DATABASE {name}")
    workers = Workers(database_url(postgresql_url, name), tmp_path / "data")
    workers.data_dir.mkdir()
    hosts = [host_of(network, address) for address in network.addresses]
    subscribe(workers.url, [f"http://{host}/feed/{number}" for number in range(FEEDS_OF_HOST) for host in hosts])
    workers.settings = {
        "NUTGRAF_FETCH__HOST_GAP_S": str(network.gap_s or 1),
        "NUTGRAF_FETCH__ALLOW_PRIVATE": json.dumps([] if network.gap_s else [f"127.0.0.0/8:{network.port}"]),
        "NUTGRAF_SCHEDULE__OWN_INTERVAL_S": "1800",
    }
    running = [workers.start(prefix=prefix) for prefix in network.machine_prefixes for _ in range(WORKERS_OF_MACHINE)]
    try:
        workers.wait_for(lambda: bool(workers.ask("SELECT 1 FROM articles LIMIT 1")))
        workers.wait_until_done(within_s=300)
        took_part = "SELECT name, totals FROM workers WHERE totals::jsonb ?| '{polled,published}'"
        workers.wait_for(lambda: len(workers.ask(took_part)) > 1)  # they report every ten seconds
        seen = workers.ask(took_part)
    finally:
        for worker in running:
            kill(worker)
    time.sleep(1.5)  # the press writes its report once a second
    report: dict[str, dict[str, Any]] = json.loads(press_report.read_text("utf-8"))
    print(json.dumps({"gap_s": network.gap_s, "workers": seen, "hosts": report}, indent=1))
    assert sorted(report) == sorted(hosts)
    assert workers.ask("SELECT count(*) FROM feeds WHERE error_code <> ''") == [(0,)]
    assert workers.ask("SELECT count(*) FROM articles WHERE state IN ('found', 'quarantined')") == [(0,)]
    for host in hosts:
        of_host = report[host]
        robots_at_most = len(running)  # each worker asks for itself, once a day
        pages = FEEDS_OF_HOST * (1 + PAGES_OF_FEED)
        assert pages < of_host["requests"] <= pages + robots_at_most, "nothing is asked twice"
        assert of_host["most_at_once"] == 1
        assert of_host["shortest_pause_s"] >= network.gap_s * 0.95


def subscribe(url: str, addresses: list[str]) -> None:
    store = open_store(url)
    store.migrate()
    prepare_queue(url)
    for address in addresses:
        store.add_feed(address, now=datetime.now(UTC) - timedelta(minutes=1))
    store.close()
