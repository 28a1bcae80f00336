"""What a language model costs beside the model: our part of a call, and calls per second at several widths.

    .venv/bin/python -m benchmarks.model_writer [--calls 200] [--latency-ms 200]

The host runs in a process of its own, speaks OpenAI's chat completions and answers every request after a fixed time.
The peer is the same request sent with httpx and its answer read as JSON, nothing more. CPU time is that of this
process alone; it holds on a busy machine, where seconds do not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from benchmarks.measuring import Row, article_text, print_machine, print_table, serving_apart
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.llm.opening import open_language_model
from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.domain.model import ModelRequest

WIDTHS = (1, 8, 32)
_SENTENCE = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "ids": {"type": "array", "items": {"type": "integer"}}},
    "required": ["text", "ids"],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"dek": _SENTENCE, "what_happened": {"type": "array", "items": _SENTENCE}},
    "required": ["dek", "what_happened"],
    "additionalProperties": False,
}
_SAID = {"text": "The council approved the tram line on Monday, after two years of debate.", "ids": [0]}
ANSWER = json.dumps({"dek": _SAID, "what_happened": [_SAID] * 8})
REQUEST = ModelRequest(system="You write briefs of news. " * 60, prompt="\n".join(article_text(1)), schema=SCHEMA)

Call = Callable[[], Awaitable[object]]


def make_host(latency_s: float) -> Starlette:
    """A host that answers every request after `latency_s`."""
    message = {"role": "assistant", "content": ANSWER}
    body = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "fixed",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1_900, "completion_tokens": 400, "total_tokens": 2_300},
    }

    async def complete(request: Request) -> JSONResponse:
        await request.json()
        await asyncio.sleep(latency_s)
        return JSONResponse(body)

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])


async def cpu_ms_per_call(call: Call, calls: int) -> float:
    """Milliseconds of this process's CPU time for each of `calls` calls, one after the other; warmed up before."""
    for _ in range(max(calls // 10, 5)):
        await call()
    begin = time.process_time()
    for _ in range(calls):
        await call()
    return 1_000 * (time.process_time() - begin) / calls


async def per_second(call: Call, calls: int, at_once: int) -> float:
    """Calls finished in a second with so many under way at once."""
    places = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with places:
            await call()

    await asyncio.gather(*(one() for _ in range(at_once)))  # connections are there when the time begins
    begin = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(calls)))
    return calls / (time.perf_counter() - begin)


def bare_call(client: httpx.AsyncClient, address: str) -> Call:
    """The same request with nothing around it."""
    shape = {"type": "json_schema", "json_schema": {"name": "brief", "schema": SCHEMA}}
    messages = [{"role": "system", "content": REQUEST.system}, {"role": "user", "content": REQUEST.prompt}]
    body = {"model": "fixed", "messages": messages, "max_tokens": 1_200, "response_format": shape}

    async def call() -> object:
        answer = await client.post(f"{address}/v1/chat/completions", json=body)
        return json.loads(answer.json()["choices"][0]["message"]["content"])

    return call


async def measure(fast: str, slow: str, calls: int, latency_s: float) -> list[Row]:
    """The rows of the table. `fast` answers at once, `slow` after `latency_s`."""
    rows = []
    async with httpx.AsyncClient(timeout=60) as client:
        model = open_language_model([ModelOptions("openai-compatible", f"{fast}/v1", "fixed")], SystemClock())
        ours = await cpu_ms_per_call(lambda: model.complete(REQUEST), calls)
        bare = await cpu_ms_per_call(bare_call(client, fast), calls)
        await model.close()
        rows.append(Row("CPU for a call (ms)", f"{ours:.2f}", f"bare request: {bare:.2f}", bare / ours))
        for width in WIDTHS:
            options = ModelOptions("openai-compatible", f"{slow}/v1", "fixed", max_concurrent=width)
            model = open_language_model([options], SystemClock())
            count = min(calls, 12 * width)
            ours = await per_second(lambda model=model: model.complete(REQUEST), count, width)
            bare = await per_second(bare_call(client, slow), count, width)
            await model.close()
            what = f"calls/s, {width} at once (at best {width / latency_s:.0f})"
            rows.append(Row(what, f"{ours:.1f}", f"bare request: {bare:.1f}", ours / bare))
    return rows


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--latency-ms", type=float, default=200.0)
    options = parser.parse_args()
    latency_s = options.latency_ms / 1_000
    print_machine()
    with serving_apart(make_host, 0.0) as fast, serving_apart(make_host, latency_s) as slow:
        rows = asyncio.run(measure(fast, slow, options.calls, latency_s))
    print_table(f"A language model's host that answers after {options.latency_ms:.0f} ms", rows)


if __name__ == "__main__":
    main()
