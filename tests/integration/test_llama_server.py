"""A real model server: llama.cpp with a tiny model that babbles. `./test --with-llama` builds it, else: skipped."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from fakes import FakeClock
from llama_server import SLOTS, is_built, llama_server
from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.llm.opening import open_language_model
from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.api import article_from_text
from nutgraf.domain.model import ModelAnswer, ModelRequest, SchemaMode
from nutgraf.errors import ModelError, Unavailable

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("llama"),
    pytest.mark.skipif(not is_built(), reason="llama-server is not built: ./test --with-llama"),
]

SENTENCE = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 40, "maxLength": 120},
        "ids": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
    },
    "required": ["text", "ids"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "dek": SENTENCE,
        "what_happened": {"type": "array", "items": SENTENCE, "minItems": 2, "maxItems": 3},
    },
    "required": ["dek", "what_happened"],
    "additionalProperties": False,
}
ARTICLE = article_from_text(
    "The city council of Easterby approved a new tram line on Monday. The line will cost 48 million crowns and open in "
    "four years, said Mara Lindqvist, the transport director. Residents of the harbour quarter had asked for it since "
    "the ferry closed. Two of eleven members voted against, because the harbour bridge must be repaired first.",
    title="Easterby gets a tram line",
)
REQUEST = ModelRequest(system="You write briefs.", prompt=ARTICLE.text, schema=SCHEMA)
PARTS = [f"part{number}" for number in range(10)]
LONG = dataclasses.replace(
    REQUEST,
    schema={
        "type": "object",
        "properties": {name: {"type": "string", "minLength": 1_900} for name in PARTS},
        "required": PARTS,
    },
    max_output_tokens=3_500,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama_server(tmp_path_factory.mktemp("llama")) as (url, _):
        yield url


async def asked(url: str, request: ModelRequest = REQUEST, *, times: int = 1, **changes) -> list[ModelAnswer]:
    """Answers of a model opened for them."""
    options = ModelOptions("llamacpp", url, "babble", **{"max_concurrent": SLOTS, **changes})
    model = open_language_model([options], SystemClock())
    try:
        return await asyncio.gather(*(model.complete(request) for _ in range(times)))
    finally:
        await model.close()


def test_a_native_schema_gives_what_it_says(url: str) -> None:
    (answer,) = asyncio.run(asked(url))
    assert answer.schema_mode is SchemaMode.NATIVE
    assert answer.counted
    assert not answer.is_cut
    told = json.loads(answer.text)
    assert set(told) == {"dek", "what_happened"}
    assert 2 <= len(told["what_happened"]) <= 3
    assert len(told["dek"]["text"]) <= 120


def test_twenty_at_once_each_get_an_answer(url: str) -> None:
    answers = asyncio.run(asked(url, times=SLOTS))
    assert all(set(json.loads(answer.text)) == {"dek", "what_happened"} for answer in answers)
    assert len({answer.text for answer in answers}) > SLOTS // 2


def test_a_tool_and_words_alone_are_told_apart_from_a_schema(url: str) -> None:
    (by_words,) = asyncio.run(asked(url, schema_mode=SchemaMode.PROMPTED))
    assert by_words.schema_mode is SchemaMode.PROMPTED
    assert not by_words.text.startswith("{")  # nothing holds it to a shape: it babbles


def test_it_streams(url: str) -> None:
    async def events() -> AsyncIterator[dict]:
        shape = {"type": "json_schema", "json_schema": {"name": "brief", "schema": SCHEMA}}
        body = {
            "model": "babble",
            "messages": [{"role": "user", "content": "x"}],
            "stream": True,
            "response_format": shape,
        }
        client = httpx.AsyncClient(trust_env=False, timeout=60)
        async with client, client.stream("POST", f"{url}/chat/completions", json=body) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    yield json.loads(line.removeprefix("data: "))

    async def scenario() -> list[str]:
        return [event["choices"][0]["delta"].get("content") or "" async for event in events() if event["choices"]]

    pieces = asyncio.run(scenario())
    assert len(pieces) > 5
    assert set(json.loads("".join(pieces))) == {"dek", "what_happened"}


def test_an_answer_that_takes_too_long_is_given_up(url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        asyncio.run(asked(url, LONG, timeout_s=0.05))
    assert caught.value.code == "model_timeout"
    assert len(asyncio.run(asked(url))) == 1  # and the server is there for the next


def test_a_server_that_is_killed_in_mid_answer_is_an_outage(tmp_path: Path) -> None:
    async def scenario(url: str, process) -> ModelError:
        options = ModelOptions("llamacpp", url, "babble", max_attempts=2)
        model = open_language_model([options], FakeClock())
        call = asyncio.create_task(model.complete(LONG))
        await asyncio.sleep(0.3)
        assert not call.done()
        process.kill()
        try:
            with pytest.raises(ModelError) as caught:
                await call
            return caught.value
        finally:
            await model.close()

    with llama_server(tmp_path) as (url, process):
        error = asyncio.run(scenario(url, process))
    assert isinstance(error, Unavailable)
    assert error.code in ("model_hung_up", "model_unreachable")  # of the second request
    assert error.retryable
