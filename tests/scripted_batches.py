"""A host on loopback that takes batches as OpenAI and Anthropic do, and answers each line by a script.

with scripted_batches(faithful) as host:
    ...  # host.url for OpenAI, host.root_url for Anthropic; host.finish() ends what is under way
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from model_scripts import Script
from nutgraf.domain.model import ModelRequest
from nutgraf.errors import ModelError

Lines = dict[str, ModelRequest]


class ScriptedBatches:
    """Batches by id: their lines, and whether they are done. `refuses` is a status for all that is submitted."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.batches: dict[str, Lines] = {}
        self.files: dict[str, bytes] = {}
        self.is_done = False
        self.refuses = 0
        self.headers: list[dict[str, str]] = []
        self.port = 0

    @property
    def root_url(self) -> str:
        """Of Anthropic's dialect."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Of OpenAI's."""
        return f"{self.root_url}/v1"

    @property
    def lines(self) -> int:
        """Of all batches."""
        return sum(map(len, self.batches.values()))

    def finish(self) -> None:
        """All batches are done."""
        self.is_done = True

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body for a request."""
        if method == "POST" and self.refuses:
            return self.refuses, b'{"error": {"message": "no"}}'
        found = next(
            ((route, match) for route in _ROUTES if (match := re.fullmatch(route[1], f"{method} {path}"))), None
        )
        if found is None:
            return 404, b"{}"
        told = found[0][0](self, body, *found[1].groups())
        return 200, told if isinstance(told, bytes) else json.dumps(told).encode()

    def upload(self, body: bytes) -> Any:
        name = f"file-{len(self.files)}"
        self.files[name] = next(part for part in body.split(b"\r\n\r\n") if part.startswith(b'{"custom_id"')).split(
            b"\r\n--"
        )[0]
        return {"id": name}

    def order(self, body: bytes) -> Any:
        asked = json.loads(body)
        assert (asked["endpoint"], asked["completion_window"]) == ("/v1/chat/completions", "24h")
        lines: Lines = {}
        for line in self.files[asked["input_file_id"]].decode().splitlines():
            told = json.loads(line)["body"]
            system, prompt = (message["content"] for message in told["messages"])
            schema = told["response_format"]["json_schema"]["schema"]
            lines[json.loads(line)["custom_id"]] = ModelRequest(system, prompt, schema)
        self.batches["batch-" + str(len(self.batches))] = lines
        return {"id": list(self.batches)[-1], "status": "validating"}

    def look(self, body: bytes, name: str) -> Any:
        status = "completed" if self.is_done else "in_progress"
        return {"id": name, "status": status, "output_file_id": f"out-{name}" if self.is_done else None}

    def content(self, body: bytes, name: str) -> bytes:
        told = []
        for key, request in self.batches[name].items():
            given = self.script(request)
            choice = {"message": {"role": "assistant", "content": given}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1_100, "completion_tokens": 310}
            answer = {"status_code": 200, "body": {"choices": [choice], "usage": usage}}
            failure = {"status_code": 500, "body": {"error": {"message": "failed"}}}
            told.append({"custom_id": key, "response": failure if isinstance(given, ModelError) else answer})
        return "\n".join(map(json.dumps, [*told, {"custom_id": "of-nobody"}])).encode() + b"\nnot json"

    def take(self, body: bytes) -> Any:
        lines: Lines = {}
        for line in json.loads(body)["requests"]:
            told = line["params"]
            schema = told["tools"][0]["input_schema"]
            lines[line["custom_id"]] = ModelRequest(told["system"], told["messages"][0]["content"], schema)
        self.batches["msgbatch_" + str(len(self.batches))] = lines
        return {"id": list(self.batches)[-1], "processing_status": "in_progress"}

    def look_on(self, body: bytes, name: str) -> Any:
        return {"id": name, "processing_status": "ended" if self.is_done else "in_progress"}

    def results(self, body: bytes, name: str) -> bytes:
        told = []
        for key, request in self.batches[name].items():
            given = self.script(request)
            if isinstance(given, ModelError):
                told.append({"custom_id": key, "result": {"type": "errored", "error": {"type": "overloaded"}}})
                continue
            part = {"type": "tool_use", "id": "t1", "name": "brief", "input": json.loads(given)}
            usage = {"input_tokens": 1_100, "output_tokens": 310}
            message = {"content": [part], "stop_reason": "tool_use", "usage": usage}
            told.append({"custom_id": key, "result": {"type": "succeeded", "message": message}})
        return "\n".join(map(json.dumps, told)).encode()


_ROUTES = (
    (ScriptedBatches.upload, r"POST /v1/files"),
    (ScriptedBatches.order, r"POST /v1/batches"),
    (ScriptedBatches.look, r"GET /v1/batches/([\w-]+)"),
    (ScriptedBatches.content, r"GET /v1/files/out-([\w-]+)/content"),
    (ScriptedBatches.take, r"POST /v1/messages/batches"),
    (ScriptedBatches.look_on, r"GET /v1/messages/batches/([\w-]+)"),
    (ScriptedBatches.results, r"GET /v1/messages/batches/([\w-]+)/results"),
)


@contextlib.contextmanager
def scripted_batches(script: Script) -> Iterator[ScriptedBatches]:
    """A host with this script, for the time of the block."""
    host = ScriptedBatches(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

        def _handle(self) -> None:
            host.headers.append({name.lower(): value for name, value in self.headers.items()})
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = host.answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = _handle

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
