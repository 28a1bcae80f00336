"""What a brief by a language model takes, and what becomes of scripted models' sentences.

    python -m benchmarks.model_drafts

Tokens are estimated at four characters each: no tokeniser fits all models. The scripted models give the article's own
sentences with proof; the less careful ones then change some of them, always in the same places.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks.measuring import NAMES, Row, article_text, print_table
from tests.model_scripts import Answer, faithful_answer

from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.domain.brief import Outcome
from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.pipeline.briefing import make_brief
from nutgraf.pipeline.model_writing import ModelDraft, ModelWriter
from nutgraf.pipeline.work import TASKS
from nutgraf.stages.extract import article_from_text

ARTICLES = 40
CHARS_PER_TOKEN = 4
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def careful(answer: Answer, dice: random.Random) -> Answer:
    """Nothing is changed."""
    return answer


def wrong_figures(answer: Answer, dice: random.Random) -> Answer:
    """A third of the sentences get a figure that the article does not have."""
    for one in _sentences(answer):
        if dice.random() < 1 / 3:
            one["text"] = one["text"].rstrip(".") + f", at a cost of {dice.randint(101, 999)} million crowns."
    return answer


def wrong_names(answer: Answer, dice: random.Random) -> Answer:
    """A third of the sentences are given to somebody who does not occur."""
    for one in _sentences(answer):
        if dice.random() < 1 / 3:
            for name in NAMES:
                one["text"] = one["text"].replace(name, "Ottoline Varga")
    return answer


def loose_quotes(answer: Answer, dice: random.Random) -> Answer:
    """A third of the proofs are not word for word."""
    for one in _sentences(answer):
        if dice.random() < 1 / 3:
            one["quote"] = "as the article says so well"
    return answer


MODELS: dict[str, Callable[[Answer, random.Random], Answer]] = {
    "careful": careful,
    "wrong figures in a third": wrong_figures,
    "wrong names in a third": wrong_names,
    "proof not word for word in a third": loose_quotes,
}


class _Scripted:
    """Answers as `change` makes it of the article's own sentences."""

    name = "scripted/one"

    def __init__(self, change: Callable[[Answer, random.Random], Answer]) -> None:
        self._change = change
        self._dice = random.Random(7)

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        text = json.dumps(self._change(faithful_answer(request), self._dice), ensure_ascii=False)
        asked = len(request.system) + len(request.prompt) + len(json.dumps(dict(request.schema)))
        return ModelAnswer(text, "scripted", "one", asked // CHARS_PER_TOKEN, len(text) // CHARS_PER_TOKEN)

    async def close(self) -> None:
        """Nothing is open."""


def main() -> None:
    """Print both tables."""
    articles = [
        article_from_text("\n\n".join(article_text(seed)), title="Council and harbour") for seed in range(ARTICLES)
    ]
    stages = InlineStageRunner(TASKS)

    async def drafts(change: Callable[[Answer, random.Random], Answer]) -> list[ModelDraft]:
        writer = ModelWriter(model=_Scripted(change), stages=stages)
        return [await writer.draft(article) for article in articles]

    rows = []
    for name, change in MODELS.items():
        given = asyncio.run(drafts(change))
        counts: Counter[str] = Counter()
        for article, drafted in zip(articles, given, strict=True):
            brief = make_brief(article, created_at=NOW, draft=drafted.draft)
            own = [withheld for withheld in brief.withheld if withheld.maker is not None or brief.model]
            counts["calls"] += len(drafted.answers)
            counts["built-in"] += not brief.model
            counts["repaired"] += sum(withheld.outcome is Outcome.REPAIRED for withheld in own)
            counts["dropped"] += sum(withheld.outcome is Outcome.DROPPED for withheld in own)
            counts["published"] += brief.sentence_count if brief.model else 0
        counts["published"] -= counts["repaired"]
        total = sum(counts[kind] for kind in ("published", "repaired", "dropped"))
        shares = ", ".join(f"{kind} {counts[kind] / total:.0%}" for kind in ("published", "repaired", "dropped"))
        calls = f"{counts['calls'] / ARTICLES:.1f} calls, {counts['built-in']} of {ARTICLES} by the built-in writer"
        rows.append(Row(name, f"{shares}; {calls}"))
        if change is careful:
            first = [drafted.answers[0] for drafted in given]
            tokens = [sum(getattr(a, kind) for a in first) / ARTICLES for kind in ("input_tokens", "output_tokens")]
            print_table(
                "An article of 800 words", [Row("tokens in / out (estimated)", f"{tokens[0]:,.0f} / {tokens[1]:,.0f}")]
            )
    print_table("A model's sentences", rows)


def _sentences(answer: Answer) -> list[Answer]:
    return [answer["dek"], *answer["what_happened"], *answer["insights"], *answer["takeaways"]]


if __name__ == "__main__":
    main()
