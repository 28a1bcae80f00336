"""llama.cpp's own server with a tiny model that babbles, for tests; tools/llama_server.sh builds it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
SLOTS = 20


def server_path() -> Path:
    """Where the server is, if it was built."""
    shown = subprocess.run([ROOT / "tools" / "llama_server.sh", "--path"], capture_output=True, text=True, check=True)
    return Path(shown.stdout.strip())


def is_built() -> bool:
    """Whether there is a server to test with."""
    return server_path().is_file()


@contextlib.contextmanager
def llama_server(folder: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a running server (OpenAI's dialect) and its process."""
    model = folder / "babble.gguf"
    subprocess.run([sys.executable, ROOT / "tools" / "babble_model.py", model], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(server_path()), "-m", str(model), "--host", "127.0.0.1", "--port", str(port), "--no-webui"]
    command += ["-c", str(SLOTS * 4_096), "-np", str(SLOTS), "-t", "1", "-tb", "1", *arguments]
    with (folder / "llama-server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await_health(port, process, folder / "llama-server.log")
        yield f"http://127.0.0.1:{port}/v1", process
    finally:
        process.kill()
        process.wait()


def _await_health(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=1, trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("llama-server did not start:\n" + log.read_text(errors="replace")[-3_000:])
