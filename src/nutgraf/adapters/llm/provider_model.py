"""One model of one host as the LanguageModel port: each call is one request, bounded in time and size."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic_ai.direct import model_request
from pydantic_ai.messages import ModelRequest as Message
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from nutgraf.adapters.llm.failures import model_error, timed_out
from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.adapters.llm.registry import PROVIDERS
from nutgraf.adapters.llm.transport import guarded_client
from nutgraf.domain.model import ModelAnswer, ModelRequest, SchemaMode
from nutgraf.errors import BadOutput, ModelError, Refused, Unavailable

MAX_COUNTED_TOKENS = 10_000_000
SHAPE_NAME = "brief"
_SHAPE_PURPOSE = "The answer, in full."
_SHAPE_IN_WORDS = "\n\nAnswer with one JSON object and nothing else, no Markdown. It must match this JSON schema:\n"
"""Part of the one system message: many chat templates refuse a second one."""

for _package in ("httpcore2", "httpx2", "openai", "anthropic", "google_genai"):
    # Their logs hold what a host sent, which may be the key or an article, as soon as anybody asks for details.
    logging.getLogger(_package).setLevel(logging.CRITICAL)


class ProviderModel:
    """Asks the model of `options` through the package that knows its provider's dialect.

    A request without `schema_mode` is asked in the mode of the options, else by the host's JSON schema.
    """

    def __init__(self, options: ModelOptions) -> None:
        dialect = importlib.import_module(f"nutgraf.adapters.llm.{PROVIDERS[options.provider].dialect}")
        self._options = options
        self._http_client: httpx2.AsyncClient = guarded_client(
            options, key_header=dialect.KEY_HEADER, key_prefix=dialect.KEY_PREFIX
        )
        self._model: Model = dialect.open_client(options, self._http_client)
        self._is_closed = False

    @property
    def name(self) -> str:
        """Provider and model, such as `ollama/qwen3:8b`."""
        return f"{self._options.provider}/{self._options.name}"

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer. Raises Unavailable, Refused, BadOutput; what the host sent beside it is forgotten."""
        if self._is_closed:
            raise Unavailable("The language model has been shut down.", code="model_closed", retryable=False)
        mode = request.schema_mode or self._options.schema_mode or SchemaMode.NATIVE
        began = time.monotonic()
        failure: ModelError
        try:
            async with asyncio.timeout(request.timeout_s):
                response = await self._ask(request, mode)
            return self._answer(response, mode, time.monotonic() - began)
        except ModelError as error:
            failure = error
        except TimeoutError:
            failure = timed_out(self._options)
        except Exception as error:  # the packages break in many ways on what a hostile or faulty host sends
            failure = model_error(error, self._options)
        raise failure  # outside, so that it carries no request, and no key, along as its context

    async def close(self) -> None:
        """End the connections. Idempotent."""
        self._is_closed = True
        await self._http_client.aclose()

    async def _ask(self, request: ModelRequest, mode: SchemaMode) -> ModelResponse:
        settings = ModelSettings(max_tokens=request.max_output_tokens, timeout=request.timeout_s, max_retries=0)
        if self._options.temperature is not None:
            settings["temperature"] = self._options.temperature
        instructions = request.system
        if mode is SchemaMode.PROMPTED:
            instructions += _SHAPE_IN_WORDS + json.dumps(dict(request.schema), ensure_ascii=False)
        message = Message(parts=[UserPromptPart(request.prompt)], instructions=instructions)
        return await model_request(
            self._model, [message], model_settings=settings, model_request_parameters=_shape(request.schema, mode)
        )

    def _answer(self, response: ModelResponse, mode: SchemaMode, seconds: float) -> ModelAnswer:
        if response.finish_reason == "content_filter":
            raise Refused(f"The model {self._options.name} declined to answer.")
        text = _text_of(response)
        if not text:
            raise BadOutput(f"The model {self._options.name} answered nothing.", code="model_empty")
        input_tokens, output_tokens = _count(response.usage.input_tokens), _count(response.usage.output_tokens)
        return ModelAnswer(
            text=text,
            provider=self._options.provider,
            model=self._options.name,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            counted=input_tokens > 0 and output_tokens > 0,
            seconds=seconds,
            is_cut=response.finish_reason == "length",
            schema_mode=mode,
        )


def _shape(schema: Mapping[str, Any], mode: SchemaMode) -> ModelRequestParameters:
    """How the answer's shape is asked for beside the words."""
    if mode is SchemaMode.TOOL:
        tool = ToolDefinition(
            name=SHAPE_NAME, parameters_json_schema=dict(schema), description=_SHAPE_PURPOSE, kind="output"
        )
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    if mode is SchemaMode.PROMPTED:
        return ModelRequestParameters(output_mode="text")
    shape = OutputObjectDefinition(dict(schema), name=SHAPE_NAME, description=_SHAPE_PURPOSE)
    return ModelRequestParameters(output_mode="native", output_object=shape)


def _text_of(response: ModelResponse) -> str:
    """The tool's arguments where the model called it, else its text; thoughts are left out."""
    for part in response.parts:
        if isinstance(part, ToolCallPart):
            return part.args.strip() if isinstance(part.args, str) else json.dumps(part.args or {}, ensure_ascii=False)
    return "".join(part.content for part in response.parts if isinstance(part, TextPart)).strip()


def _count(tokens: object) -> int:
    return min(max(tokens, 0), MAX_COUNTED_TOKENS) if isinstance(tokens, int) else 0
