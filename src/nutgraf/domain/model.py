"""What is asked of a language model and what it answered; the words every provider's adapter shares."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nutgraf.domain.ids import ArticleId, FeedId, ReaderId

MAX_ANSWER_CHARS = 40_000
"""An answer is read up to here, many times what a brief takes; a longer one is none."""


class ModelPurpose(enum.StrEnum):
    """Why a model is asked: what the costs are shown under."""

    WRITE = "write"
    REPAIR = "repair"
    PREVIEW = "preview"
    TEST = "test"


class SchemaMode(enum.StrEnum):
    """How a model is asked for the shape of its answer: by its host's JSON schema, as a tool's arguments, in words."""

    NATIVE = "native"
    TOOL = "tool"
    PROMPTED = "prompted"


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call: instructions, the text it is about, and the JSON schema the answer should match.

    `prompt` holds everything from outside; `system` nothing of it. `feed_id` is whose budget pays, where a feed's does,
    and `reader_id` whose, where a reader asked for it; `article_id` is what the costs name.
    `timeout_s` is for one request to the host; the model's settings go before. `schema_mode` is for the adapter that
    tries the modes; leave it None.
    """

    system: str
    prompt: str
    schema: Mapping[str, Any] = field(hash=False)
    purpose: ModelPurpose = ModelPurpose.WRITE
    max_output_tokens: int = 1_200
    timeout_s: float = 60.0
    feed_id: FeedId | None = None
    article_id: ArticleId | None = None
    reader_id: ReaderId | None = None
    schema_mode: SchemaMode | None = None


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What came back: text that should be JSON, who answered, and what it took. Nothing of it is to be trusted.

    Token counts are the provider's, 0 where it says none (`counted` is then False). `from_cache` answers cost nothing.
    `micro_dollars` is the price in millionths of a US dollar, None where nobody knows it.
    `is_cut` says that the answer ends where `max_output_tokens` were used up.
    """

    text: str
    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    counted: bool = True
    seconds: float = 0.0
    from_cache: bool = False
    micro_dollars: int | None = None
    is_cut: bool = False
    schema_mode: SchemaMode = SchemaMode.NATIVE


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What a brief took of a language model: calls, tokens, price and time, summed over its calls.

    `is_counted` is False where some of the tokens are our estimate. `micro_dollars` (millionths of a US dollar) is None
    where the price of some call is unknown. Answers from the cache took nothing and count as `cached_calls`.
    """

    calls: int = 0
    cached_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    is_counted: bool = True
    micro_dollars: int | None = 0
    milliseconds: int = 0


def usage_of(answers: Iterable[ModelAnswer]) -> ModelUsage | None:
    """The sums over a brief's answers, None where there are none."""
    answers = list(answers)
    if not answers:
        return None
    paid = [answer for answer in answers if not answer.from_cache]
    prices = [answer.micro_dollars for answer in paid]
    return ModelUsage(
        calls=len(paid),
        cached_calls=len(answers) - len(paid),
        input_tokens=sum(answer.input_tokens for answer in paid),
        output_tokens=sum(answer.output_tokens for answer in paid),
        is_counted=all(answer.counted for answer in paid),
        micro_dollars=None if None in prices else sum(price or 0 for price in prices),
        milliseconds=round(1000 * sum(answer.seconds for answer in paid)),
    )
