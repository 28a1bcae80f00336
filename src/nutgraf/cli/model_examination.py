"""Trying a language model with one tiny question, for `nutgraf doctor`: what it took, or what is wrong."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nutgraf.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from nutgraf.domain.model import ModelAnswer
    from nutgraf.settings import ModelSettings, Settings

MAX_TRIED_TOKENS = 1_200
"""Room for a model that thinks before it gives its one word; reserved before, what is left of it is given back."""

_SHAPE = {
    "type": "object",
    "properties": {"word": {"type": "string", "maxLength": 40}},
    "required": ["word"],
    "additionalProperties": False,
}
_WAYS = {"native": "its host's JSON schema", "tool": "a tool's arguments", "prompted": "words alone"}
_ADVICE = {
    "model_unreachable": "Is it running, and is model.url right?",
    "model_key_refused": "Set the right one as NUTGRAF_MODEL__KEY, as model.key or in the file of model.key_file.",
    "model_not_found": "See which models the host has.",
    "model_quota": "Top it up at the provider.",
    "model_busy": "Try again later, or set model.requests_per_minute lower.",
    "model_request_refused": "Another model.schema_mode may do, or another model.",
}
_OLLAMA_ADVICE = {
    "model_unreachable": "Start it with `ollama serve`.",
    "model_not_found": "Get it with `ollama pull {name}`.",
}


def examine_model(settings: Settings, model: ModelSettings) -> str:
    """One line on what `model`, one of those of `settings`, answered; it is paid from the day's budgets.

    Raises ConfigError with what is wrong and what to do, StoreError where the budgets cannot be read.
    """
    from nutgraf.adapters.llm.answer_shape import has_shape

    try:
        answer = _ask(settings, model)
    except ModelError as error:
        if error.code == "budget_spent":
            return f"not tried: {error.message}"
        advice = _OLLAMA_ADVICE.get(error.code, "") if model.provider == "ollama" else ""
        advice = advice or _ADVICE.get(error.code, "")
        raise ConfigError(f"{error.message} {advice.format(name=model.name)}".strip(), code=error.code) from None
    name = f"{answer.provider}/{answer.model}"
    if not has_shape(answer.text, _SHAPE):
        message = f"{name} answered, but not in the shape that was asked for; a larger model may do."
        raise ConfigError(message, code="model_bad_output")
    tokens = f"{answer.input_tokens:,} + {answer.output_tokens:,}" if answer.counted else "uncounted"
    shape = _WAYS[answer.schema_mode]
    return f"{name} answered in {answer.seconds:.1f} s, {tokens} tokens, shaped by {shape}{_warning(model)}"


def _ask(settings: Settings, model: ModelSettings) -> ModelAnswer:
    from nutgraf.adapters.clock import SystemClock
    from nutgraf.bootstrap import open_application_store
    from nutgraf.domain.model import ModelPurpose, ModelRequest
    from nutgraf.model_wiring import make_tried_model

    request = ModelRequest(
        system="Answer in JSON.",
        prompt="Give the English word for the colour of grass.",
        schema=_SHAPE,
        purpose=ModelPurpose.TEST,
        max_output_tokens=MAX_TRIED_TOKENS,
    )

    async def ask() -> ModelAnswer:
        asked = make_tried_model(settings, model, store=store, clock=SystemClock())
        try:
            return await asked.complete(request)
        finally:
            await asked.close()

    store = open_application_store(settings)
    try:
        return asyncio.run(ask())
    finally:
        store.close()


def _warning(model: ModelSettings) -> str:
    parts = urlsplit(model.host_url)
    if parts.scheme == "https" or not model.read_key().get_secret_value():
        return ""
    try:
        is_near = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_near = parts.hostname == "localhost"
    return "" if is_near else "; its key travels unencrypted, as the address is not https"
