"""Which providers of language models there are, by the name that a settings file gives; light to import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """One name: the module that speaks to it, where it is by default, and what a person should know of it.

    `dialect` is the module of this package with `open_client` and the name of the key's header. A `url` of "" must be
    set by the operator.
    """

    dialect: str
    url: str
    needs_key: bool = False


PROVIDERS = {
    "openai-compatible": ProviderKind("openai_dialect", ""),
    "ollama": ProviderKind("openai_dialect", "http://127.0.0.1:11434/v1"),
    "llamacpp": ProviderKind("openai_dialect", "http://127.0.0.1:8080/v1"),
    "vllm": ProviderKind("openai_dialect", "http://127.0.0.1:8000/v1"),
    "lmstudio": ProviderKind("openai_dialect", "http://127.0.0.1:1234/v1"),
    "openai": ProviderKind("openai_dialect", "https://api.openai.com/v1", needs_key=True),
    "openrouter": ProviderKind("openai_dialect", "https://openrouter.ai/api/v1", needs_key=True),
    "mistral": ProviderKind("openai_dialect", "https://api.mistral.ai/v1", needs_key=True),
    "anthropic": ProviderKind("anthropic_dialect", "https://api.anthropic.com", needs_key=True),
    "google": ProviderKind("google_dialect", "https://generativelanguage.googleapis.com", needs_key=True),
}
"""One line a provider. A host that speaks OpenAI's chat completions needs no line: its address is enough."""
