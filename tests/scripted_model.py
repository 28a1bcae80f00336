"""A real HTTP server on loopback that answers as a language model's host does, well or badly, by a script.

It speaks OpenAI's chat completions (with streaming), Anthropic's messages and Google's generateContent, by the path it
is asked under. It runs in a thread of its own, so that commands, browsers and event loops can all be its clients:

    with scripted_model(Say('{"dek": "…"}'), Status(429, headers={"Retry-After": "1"})) as server:
        ...  # server.url, server.requests

Each request gets the next step of the script; the last step is for all that follow. A step may be a function of the
request (`Asked`) that returns a step.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from nutgraf.domain.model import SchemaMode


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def dialect(self) -> str:
        """`openai`, `anthropic` or `google`."""
        if "generateContent" in self.path.replace("streamG", "g"):
            return "google"
        return "anthropic" if self.path.endswith("/messages") else "openai"

    @property
    def mode(self) -> SchemaMode:
        """How the shape of the answer is asked for."""
        config = self.body.get("generationConfig") or {}
        if self.body.get("tools"):
            return SchemaMode.TOOL
        if (self.body.get("response_format") or {}).get("type") == "json_schema":
            return SchemaMode.NATIVE
        if self.body.get("output_config") or self.body.get("output_format"):
            return SchemaMode.NATIVE
        if config.get("responseJsonSchema") or config.get("responseSchema"):
            return SchemaMode.NATIVE
        return SchemaMode.PROMPTED

    @property
    def text(self) -> str:
        """All that the model would read, as one text."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True)
class Say:
    """An answer in the host's own shape; as a tool's arguments where a tool is offered and `uses_tool`."""

    text: str
    input_tokens: int | None = 900
    output_tokens: int | None = 250
    finish: str = "stop"  # stop, length, refused
    uses_tool: bool = True
    wait_s: float = 0.0


@dataclass(frozen=True)
class Status:
    """Another status than 200."""

    status: int
    message: str = "no"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Raw:
    """A 200 with these bytes, whatever they are."""

    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass(frozen=True)
class Flood:
    """A 200 whose body does not end before `total_bytes`."""

    total_bytes: int = 10_000_000
    status: int = 200


@dataclass(frozen=True)
class Drip:
    """A good answer, a byte at a time."""

    text: str = "{}"
    pause_s: float = 0.05


@dataclass(frozen=True)
class HangUp:
    """The connection ends: before anything was sent, or in mid-answer."""

    after_bytes: int = 0


@dataclass(frozen=True)
class Silence:
    """Nothing, until the client goes away or the time is over."""

    most_s: float = 30.0


Reply = Say | Status | Raw | Flood | Drip | HangUp | Silence
Step = Reply | Callable[[Asked], Reply]


class ScriptedModel:
    """The server's address and what it was asked."""

    def __init__(self, script: tuple[Step, ...]) -> None:
        self._script = script or (Say("{}"),)
        self._lock = threading.Lock()
        self._most_at_once = self._at_once = 0
        self.requests: list[Asked] = []
        self.sent_bytes = 0  # of the last flood
        self.port = 0
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        """Of the OpenAI dialect."""
        return f"{self.root_url}/v1"

    @property
    def root_url(self) -> str:
        """Of the other dialects."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def most_at_once(self) -> int:
        """The most requests that were under way at the same time."""
        return self._most_at_once

    @contextlib.contextmanager
    def under_way(self) -> Iterator[None]:
        """Count a request while it is answered."""
        with self._lock:
            self._at_once += 1
            self._most_at_once = max(self._most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    def next_reply(self, asked: Asked) -> Reply:
        """The script's next step."""
        with self._lock:
            step = self._script[min(len(self.requests), len(self._script) - 1)]
            self.requests.append(asked)
        return step(asked) if callable(step) else step


@contextlib.contextmanager
def scripted_model(*script: Step) -> Iterator[ScriptedModel]:
    """A server with this script, for the time of the block."""
    model = ScriptedModel(script)

    class Handler(_Handler):
        scripted = model

    server = _Server(("127.0.0.1", 0), Handler)
    model.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripted: ScriptedModel

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""

    def do_GET(self) -> None:
        self._send(Status(404, "not here"), None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.path.partition("?")[0], headers, json.loads(body or b"{}"))
        reply = self.scripted.next_reply(asked)
        with self.scripted.under_way(), contextlib.suppress(OSError):
            self._send(reply, asked)

    def _send(self, reply: Reply, asked: Asked | None) -> None:
        match reply:
            case Say():
                self.scripted.stopping.wait(reply.wait_s)
                assert asked
                if asked.body.get("stream"):
                    self._whole(200, openai_events(reply), {"Content-Type": "text/event-stream"})
                else:
                    self._whole(200, answer_body(reply, asked), {"Content-Type": "application/json"})
            case Status():
                error = {"error": {"message": reply.message, "type": "error", "code": reply.status}}
                body = json.dumps(error).encode() if reply.body is None else reply.body
                self._whole(reply.status, body, {"Content-Type": "application/json", **reply.headers})
            case Raw():
                self._whole(200, reply.body, reply.headers)
            case Flood():
                self._flood(reply)
            case Drip():
                assert asked
                self._drip(answer_body(Say(reply.text), asked), reply.pause_s)
            case HangUp():
                if reply.after_bytes:
                    self._head(200, 100_000, {"Content-Type": "application/json"})
                    self.wfile.write(b"{" * reply.after_bytes)
                self.close_connection = True
            case Silence():
                self.scripted.stopping.wait(reply.most_s)
                self.close_connection = True

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _whole(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self._head(status, len(body), headers)
        self.wfile.write(body)

    def _flood(self, reply: Flood) -> None:
        self._head(reply.status, reply.total_bytes, {"Content-Type": "application/json"})
        self.scripted.sent_bytes = 0
        block = b" " * 16_384
        while self.scripted.sent_bytes < reply.total_bytes:
            self.wfile.write(block)
            self.scripted.sent_bytes += len(block)

    def _drip(self, body: bytes, pause_s: float) -> None:
        self._head(200, len(body), {"Content-Type": "application/json"})
        for byte in body:
            self.wfile.write(bytes([byte]))
            if self.scripted.stopping.wait(pause_s):
                return


def answer_body(say: Say, asked: Asked) -> bytes:
    """The whole answer in the dialect that was asked in."""
    shape = {"google": _google, "anthropic": _anthropic}.get(asked.dialect, _openai)
    return json.dumps(shape(say, asked)).encode()


def openai_events(say: Say) -> bytes:
    """The answer as OpenAI streams it: in events of a few characters."""
    pieces = [say.text[at : at + 12] for at in range(0, len(say.text), 12)]
    deltas: list[dict[str, Any]] = [{"delta": {"role": "assistant", "content": piece}} for piece in pieces]
    deltas.append({"delta": {}, "finish_reason": say.finish})
    base = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    events = [{**base, "choices": [{"index": 0, **delta}]} for delta in deltas]
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"


def _openai(say: Say, asked: Asked) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": say.text}
    if say.finish == "refused":
        message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
    elif asked.mode is SchemaMode.TOOL and say.uses_tool:
        name = asked.body["tools"][0]["function"]["name"]
        call = {"id": "t1", "type": "function", "function": {"name": name, "arguments": say.text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    finish = "stop" if say.finish == "refused" else say.finish
    answer = {
        "id": "c1",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if say.input_tokens is not None and say.output_tokens is not None:
        total = say.input_tokens + say.output_tokens
        answer["usage"] = {
            "prompt_tokens": say.input_tokens,
            "completion_tokens": say.output_tokens,
            "total_tokens": total,
        }
    return answer


def _anthropic(say: Say, asked: Asked) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": say.text}]
    if asked.mode is SchemaMode.TOOL and say.uses_tool:
        content = [{"type": "tool_use", "id": "t1", "name": asked.body["tools"][0]["name"]}]
        content[0]["input"] = json.loads(say.text)
    stop = {"stop": "end_turn", "length": "max_tokens", "refused": "refusal"}[say.finish]
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": say.input_tokens or 0, "output_tokens": say.output_tokens or 0},
    }


def _google(say: Say, asked: Asked) -> dict[str, Any]:
    part: dict[str, Any] = {"text": say.text}
    if asked.mode is SchemaMode.TOOL and say.uses_tool:
        name = asked.body["tools"][0]["functionDeclarations"][0]["name"]
        part = {"functionCall": {"name": name, "args": json.loads(say.text)}}
    finish = {"stop": "STOP", "length": "MAX_TOKENS", "refused": "SAFETY"}[say.finish]
    return {
        "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": finish, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": say.input_tokens,
            "candidatesTokenCount": say.output_tokens,
            "totalTokenCount": (say.input_tokens or 0) + (say.output_tokens or 0),
        },
        "modelVersion": "scripted",
    }
