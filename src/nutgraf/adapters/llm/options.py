"""What one model's adapter is told: where the model is and how much of everything it may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nutgraf.domain.model import SchemaMode

MAX_ANSWER_BYTES = 1_000_000
"""A brief in JSON has some 6,000 bytes; what a host wraps around it, thoughts included, some hundred thousand."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """One model of one host. `key` is a secret, in no representation of this value; empty where none is needed.

    `schema_mode` None: whichever works. `temperature` None: as the host has it. `requests_per_minute` 0: no limit.
    `timeout_s` is for one request. An answer may have `min_output_tokens` whatever the request says.
    """

    provider: str
    url: str
    name: str
    key: str = field(default="", repr=False)
    schema_mode: SchemaMode | None = None
    temperature: float | None = None
    timeout_s: float = 120.0
    connect_timeout_s: float = 10.0
    min_output_tokens: int = 0
    max_attempts: int = 3
    max_concurrent: int = 2
    requests_per_minute: int = 0
    max_answer_bytes: int = MAX_ANSWER_BYTES
    user_agent: str = "Nutgraf"

    @property
    def host(self) -> str:
        """Host and port for people, such as `127.0.0.1:11434`."""
        return urlsplit(self.url).netloc
