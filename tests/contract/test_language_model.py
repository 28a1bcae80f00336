"""The contract of ports.LanguageModel: on the fake, on each dialect before a real server, and on what wraps them."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest

from fakes import FakeClock, FakeModel
from nutgraf.adapters.llm.opening import open_language_model
from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.adapters.llm.provider_model import ProviderModel
from nutgraf.domain.model import ModelRequest
from nutgraf.errors import BadOutput, ModelError, Refused, Unavailable
from scripted_model import Asked, Raw, Reply, Say, Status, scripted_model

SCHEMA = {
    "type": "object",
    "properties": {"dek": {"type": "string", "maxLength": 200}},
    "required": ["dek"],
    "additionalProperties": False,
}
ANSWER = '{"dek": "Größe zählt."}'
NAMES = {"anthropic": "claude-sonnet-4-6", "google": "gemini-2.5-flash"}


def ask(prompt: str) -> ModelRequest:
    return ModelRequest(system="You write briefs.", prompt=prompt, schema=SCHEMA, timeout_s=10.0)


def reply_to(asked: Asked) -> Reply:
    """What a host says, by a word in the prompt."""
    if "refuse" in asked.text:
        return Say("", finish="refused")
    if "overload" in asked.text:
        return Status(429, headers={"Retry-After": "120"})
    if "babble" in asked.text:
        return Raw(b"<html>gateway</html>")
    if "cut" in asked.text:
        return Say('{"dek": "Gr', finish="length", uses_tool=False)
    return Say(ANSWER, input_tokens=31, output_tokens=7)


def fake_reply(request: ModelRequest) -> str | ModelError:
    if "refuse" in request.prompt:
        return Refused("No.")
    if "overload" in request.prompt:
        return Unavailable("Busy.", code="model_busy", retry_after_s=120.0)
    return BadOutput("Babble.") if "babble" in request.prompt else ANSWER


@contextlib.asynccontextmanager
async def model_of(kind: str):
    if kind == "fake":
        model = FakeModel(fake_reply)
        yield model
        await model.close()
        return
    provider = kind.removeprefix("guarded ")
    with scripted_model(reply_to) as server:
        url = server.root_url if provider in NAMES else server.url
        options = ModelOptions(provider, url, NAMES.get(provider, "small"), key="sk-contract-key")
        guarded = kind.startswith("guarded")
        model = open_language_model([options], FakeClock()) if guarded else ProviderModel(options)
        yield model
        await model.close()


KINDS = ("fake", "openai-compatible", "openai", "ollama", "anthropic", "google", "guarded openai-compatible")


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_says_who_gave_it_and_what_it_took(kind: str) -> None:
    async def scenario() -> None:
        async with model_of(kind) as model:
            answer = await model.complete(ask("A tram line opens."))
            assert json.loads(answer.text) == json.loads(ANSWER)
            assert model.name == f"{answer.provider}/{answer.model}"
            assert answer.counted
            assert answer.input_tokens > 0
            assert answer.output_tokens > 0
            assert answer.seconds >= 0
            assert not answer.from_cache
            assert not answer.is_cut

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("word", "error"), [("refuse", Refused), ("overload", Unavailable), ("babble", BadOutput)])
def test_only_errors_of_the_tree_are_raised(kind: str, word: str, error: type[ModelError]) -> None:
    async def scenario() -> None:
        async with model_of(kind) as model:
            with pytest.raises(ModelError) as caught:
                await model.complete(ask(f"Please {word} now."))
            assert type(caught.value) is error
            if word == "overload":
                assert caught.value.retryable
                assert caught.value.retry_after_s == pytest.approx(120.0)
            else:
                assert caught.value.retry_after_s is None
            assert caught.value.__context__ is None or isinstance(caught.value.__context__, ModelError)

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", KINDS)
def test_calls_at_once_get_their_own_answers(kind: str) -> None:
    async def scenario() -> None:
        async with model_of(kind) as model:
            answers = await asyncio.gather(*(model.complete(ask(f"Story {number}")) for number in range(8)))
            assert [json.loads(answer.text)["dek"] for answer in answers] == ["Größe zählt."] * 8

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "fake"])
def test_an_answer_that_was_cut_says_so(kind: str) -> None:
    async def scenario() -> None:
        async with model_of(kind) as model:
            answer = await model.complete(ask("cut"))
            assert answer.is_cut
            assert answer.text == '{"dek": "Gr'

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", KINDS)
def test_close_is_idempotent_and_final(kind: str) -> None:
    async def scenario() -> None:
        async with model_of(kind) as model:
            await model.close()
            await model.close()
            with pytest.raises(Unavailable) as caught:
                await model.complete(ask("A tram line opens."))
            assert caught.value.code == "model_closed"
            assert not caught.value.retryable

    asyncio.run(scenario())
