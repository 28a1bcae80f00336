"""Anthropic's messages API."""

from __future__ import annotations

import httpx2
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.adapters.llm.transport import PLACEHOLDER_KEY

KEY_HEADER = "x-api-key"
KEY_PREFIX = ""


def open_client(options: ModelOptions, http_client: httpx2.AsyncClient) -> Model:
    """The model of `options`, not reached yet."""
    provider = AnthropicProvider(api_key=PLACEHOLDER_KEY, base_url=options.url, http_client=http_client)
    return AnthropicModel(options.name, provider=provider)
