"""Real `nutgraf worker` processes on a real PostgreSQL database, for tests that end them in all ways."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

LOST_AFTER_S = 1


@dataclass
class Workers:
    """The workers of one database; `prefixes` may put commands in front, such as `ip netns exec NAME`."""

    url: str
    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    """Python to run before the command, for faults that no option makes."""

    def start(self, *arguments: str, prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """A worker in a process group of its own."""
        environment = {
            "NUTGRAF_DATABASE__URL": self.url,
            "NUTGRAF_WORK__PROCESSES": "1",
            "NUTGRAF_WORK__LOST_AFTER_S": str(LOST_AFTER_S),
            "NUTGRAF_FETCH__TOTAL_TIMEOUT_S": "2",
            "NUTGRAF_LOG__LEVEL": "warning",
            "NUTGRAF_PICTURES__ICONS": "false",
            "NUTGRAF_PICTURES__LEAD": "false",
        }
        program = f"{self.code}\nimport sys\nfrom nutgraf.cli import main\nsys.argv[0] = 'nutgraf'\nmain()"
        command = [
            *prefix,
            sys.executable,
            "-c",
            program,
            "worker",
            "--quiet",
            "--data",
            str(self.data_dir),
            *arguments,
        ]
        log = (self.data_dir.parent / "workers.log").open("ab")
        with log:
            return subprocess.Popen(
                command, env=os.environ | environment | dict(self.settings), start_new_session=True, stderr=log
            )

    @contextlib.contextmanager
    def running(self, count: int, *arguments: str) -> Iterator[list[subprocess.Popen[bytes]]]:
        """So many workers; whoever is left of the list at the end is killed."""
        workers = [self.start(*arguments) for _ in range(count)]
        try:
            yield workers
        finally:
            for worker in workers:
                kill(worker)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says, however it was treated meanwhile."""
        with psycopg.connect(self.url, connect_timeout=10) as connection:
            return connection.execute(query).fetchall()

    def wait_until_done(self, *, within_s: float = 120) -> None:
        """Return when no feed and no article is due, now or once its host's turn comes, and nothing is in line."""
        due = (
            "SELECT (SELECT count(*) FROM feeds WHERE state = 'active' AND next_poll_at <= now())"
            " + (SELECT count(*) FROM articles WHERE due_at <= now() + interval '20 s')"
            " + (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' OR scheduled_at IS NULL)"
        )
        self.wait_for(lambda: self.ask(due)[0][0] == 0, within_s=within_s)

    def wait_for(self, condition: Callable[[], bool], *, within_s: float = 60) -> None:
        """Return when the condition holds; AssertionError with the workers' log where it does not in time."""
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                log = (self.data_dir.parent / "workers.log").read_text("utf-8", "replace")
                raise AssertionError(f"not within {within_s:g} s; the workers' log:\n{log[-4_000:]}")
            time.sleep(0.1)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """End a worker and its stage processes at once, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
