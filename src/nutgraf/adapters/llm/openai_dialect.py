"""Hosts that speak OpenAI's chat completions: OpenAI itself, and nearly every server of one's own."""

from __future__ import annotations

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer, OpenAIModelProfile
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.adapters.llm.transport import PLACEHOLDER_KEY

KEY_HEADER = "authorization"
KEY_PREFIX = "Bearer "

_ANY_SERVER = OpenAIModelProfile(
    supports_json_schema_output=True,  # tried, and found out: `schema_ladder`
    supports_json_object_output=False,  # the last resort asks for nothing that could be refused
    supports_tools=True,
    openai_supports_strict_tool_definition=False,
    openai_chat_supports_max_completion_tokens=False,  # `max_tokens` is the name that all of them know
    json_schema_transformer=OpenAIJsonSchemaTransformer,
)


def open_client(options: ModelOptions, http_client: httpx2.AsyncClient) -> Model:
    """The model of `options`, not reached yet."""
    if options.provider == "openai":
        openai = OpenAIProvider(base_url=options.url, api_key=PLACEHOLDER_KEY, http_client=http_client)
        return OpenAIChatModel(options.name, provider=openai)
    if options.provider == "ollama":
        ollama = OllamaProvider(base_url=options.url, api_key=PLACEHOLDER_KEY, http_client=http_client)
        return OpenAIChatModel(options.name, provider=ollama, profile=_ANY_SERVER)
    host = OpenAICompatibleProvider(
        options.provider, base_url=options.url, api_key=PLACEHOLDER_KEY, http_client=http_client
    )
    return OpenAIChatModel(options.name, provider=host, profile=_ANY_SERVER)
