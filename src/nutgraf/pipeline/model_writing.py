"""A language model as a writer: article to call, answer to draft, one round of repair; never trusted.

The processor's part of it (prompt, decoding) runs in stage processes, the calls as tasks of the loop. Whatever goes
wrong with a model ends as a value that says so: the built-in writer then takes its place, or the article waits.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft
from nutgraf.domain.ids import ArticleId, FeedId, ReaderId
from nutgraf.domain.model import MAX_ANSWER_CHARS, ModelAnswer, ModelPurpose, ModelRequest
from nutgraf.domain.prompt import OwnPrompt
from nutgraf.domain.writing_style import WritingStyle
from nutgraf.errors import ModelError, NutgrafError
from nutgraf.pipeline.work import ASK, CHOOSE, READ, ReadAnswer
from nutgraf.ports import LanguageModel, StageRunner

STAGE_TIMEOUT_S = 20.0
_DEFAULT_STYLE = WritingStyle()


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """What asking a model for one brief came to.

    Without a `draft`, `reason` says why in plain words and `error` is the model's failure, if it was one. `answers` are
    all that it gave, the paid ones among them, whatever became of them. `first_faults` are those that the repair round
    named, `faults` those that are left: sentences with them are withheld by the checker.
    """

    draft: Draft | None
    answers: tuple[ModelAnswer, ...] = ()
    reason: str = ""
    error: ModelError | None = None
    first_faults: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelPayer:
    """What an article's calls are written down under: its feed and itself, and the reader who asked, if one did."""

    feed_id: FeedId | None = None
    article_id: ArticleId | None = None
    reader_id: ReaderId | None = None


NOBODY = ModelPayer()


class ModelWriter:
    """Asks one model for briefs; holds no state between two articles."""

    def __init__(self, *, model: LanguageModel, stages: StageRunner, style: WritingStyle = _DEFAULT_STYLE) -> None:
        self._model = model
        self._stages = stages
        self.style = style

    @property
    def name(self) -> str:
        """The provider and model that are asked."""
        return self._model.name

    async def draft(
        self,
        article: Article,
        *,
        payer: ModelPayer = NOBODY,
        purpose: ModelPurpose = ModelPurpose.WRITE,
        style: WritingStyle | None = None,
    ) -> ModelDraft:
        """A draft of `article`, or why there is none. Raises no ModelError; what else the stages raise."""
        return await _Conversation(self._model, self._stages, article, style or self.style, payer, purpose).hold()

    async def close(self) -> None:
        """Release the model's connections. Idempotent."""
        await self._model.close()


class _Conversation:
    """The calls for one article."""

    def __init__(
        self,
        model: LanguageModel,
        stages: StageRunner,
        article: Article,
        style: WritingStyle,
        payer: ModelPayer,
        purpose: ModelPurpose,
    ) -> None:
        self.model = model
        self.stages = stages
        self.article = article
        self.style = style
        self.payer = payer
        self.purpose = purpose
        self.answers: list[ModelAnswer] = []

    async def hold(self) -> ModelDraft:
        requests = await self.run(ASK, self.article, self.style)
        if not requests:
            return self.without_draft("the article has no sentence that reports something")
        try:
            chosen: tuple[int, ...] = ()
            if len(requests) > 1:
                chosen = await self.choose(requests)
                requests = await self.run(ASK, self.article, self.style, chosen)
            return await self.write(requests[0], chosen)
        except ModelError as error:
            return self.without_draft(error.message, error)

    async def choose(self, requests: tuple[ModelRequest, ...]) -> tuple[int, ...]:
        """The sentences that say most, asked for part by part; one after the other, so that one article is one turn."""
        texts = [await self.ask(request) for request in requests]
        chosen: tuple[int, ...] = await self.run(CHOOSE, self.article, tuple(texts))
        return chosen

    async def write(self, request: ModelRequest, chosen: tuple[int, ...]) -> ModelDraft:
        first = await self.read(request, await self.ask(request), chosen)
        if first.repair is None:
            return ModelDraft(first.draft, tuple(self.answers))
        try:
            second = await self.read(first.repair, await self.ask(first.repair, is_repair=True), chosen)
        except ModelError as error:
            if first.draft is None:
                return self.without_draft(error.message, error, first.faults)
            second = first
        if second.draft is None or (first.draft is not None and len(first.faults) < len(second.faults)):
            second = first
        if second.draft is None:
            return self.without_draft("; ".join(second.faults[:3]), None, first.faults)
        return ModelDraft(second.draft, tuple(self.answers), first_faults=first.faults, faults=second.faults)

    async def ask(self, request: ModelRequest, *, is_repair: bool = False) -> str:
        """The text of the model's answer, cut a little beyond what is read. Raises ModelError."""
        purpose = ModelPurpose.REPAIR if is_repair and self.purpose is ModelPurpose.WRITE else self.purpose
        payer = self.payer
        answer = await self.model.complete(
            dataclasses.replace(
                request,
                purpose=purpose,
                feed_id=payer.feed_id,
                article_id=payer.article_id,
                reader_id=payer.reader_id,
            )
        )
        text = answer.text[: MAX_ANSWER_CHARS + 1]
        self.answers.append(dataclasses.replace(answer, text=text))
        return text

    async def read(self, request: ModelRequest, text: str, chosen: tuple[int, ...]) -> ReadAnswer:
        model = f"{self.answers[-1].provider}/{self.answers[-1].model}"
        try:
            read: ReadAnswer = await self.run(READ, self.article, self.style, chosen, request, text, model)
        except NutgrafError as error:
            if error.code not in ("timeout", "crashed"):
                raise
            return ReadAnswer(None, ("the answer could not be read",))  # it broke or held up a stage process
        return read

    async def run(self, task: str, *args: object) -> Any:
        return await self.stages.run(task, *args, timeout_s=STAGE_TIMEOUT_S)

    def without_draft(
        self, reason: str, error: ModelError | None = None, first_faults: tuple[str, ...] = ()
    ) -> ModelDraft:
        return ModelDraft(None, tuple(self.answers), reason, error, first_faults)


def with_own_prompt(style: WritingStyle, prompt: OwnPrompt) -> WritingStyle:
    """`style` with the operator's own instructions."""
    return dataclasses.replace(style, own_prompt=prompt.text, own_version=prompt.version)
