"""The sample press as a real server on loopback, for tests that need the world outside."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn

from nutgraf.sample_press.server import create_press, feed_urls


@dataclass
class Press:
    """A running sample press; `moment` is what it takes for the present and may be moved."""

    base_url: str
    port: int
    moment: datetime

    @property
    def feed_urls(self) -> list[str]:
        """Addresses of its feeds."""
        return feed_urls(self.base_url)

    @property
    def allowance(self) -> str:
        """The entry of `fetch.allow_private` that lets Nutgraf read it."""
        return f"127.0.0.1/32:{self.port}"


@contextlib.contextmanager
def running_press(edition: datetime | None = None) -> Iterator[Press]:
    """A sample press whose edition began at `edition` (default: now)."""
    began_at = edition or datetime.now(UTC)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    press = Press(f"http://127.0.0.1:{listener.getsockname()[1]}", listener.getsockname()[1], began_at)
    app = create_press(began_at, base_url=press.base_url, now=lambda: press.moment)
    with serving(app, listener):
        yield press


@contextlib.contextmanager
def serving(app: Callable[..., object], listener: socket.socket) -> Iterator[None]:
    """`app` served on `listener` in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not start")
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
