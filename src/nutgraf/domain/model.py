"""What is asked of a language model and what it answered; the words every provider's adapter shares."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nutgraf.domain.ids import FeedId


class ModelPurpose(enum.StrEnum):
    """Why a model is asked: what the costs are shown under."""

    WRITE = "write"
    REPAIR = "repair"
    PREVIEW = "preview"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call: instructions, the text it is about, and the JSON schema the answer should match.

    `prompt` holds everything from outside; `system` nothing of it. `feed_id` is whose budget pays, where a feed's does.
    """

    system: str
    prompt: str
    schema: Mapping[str, Any] = field(hash=False)
    purpose: ModelPurpose = ModelPurpose.WRITE
    max_output_tokens: int = 1_200
    timeout_s: float = 60.0
    feed_id: FeedId | None = None


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What came back: text that should be JSON, who answered, and what it took. Nothing of it is to be trusted.

    Token counts are the provider's, 0 where it says none (`counted` is then False). `from_cache` answers cost nothing.
    """

    text: str
    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    counted: bool = True
    seconds: float = 0.0
    from_cache: bool = False
