"""Briefs of real articles as a new prompt would have them written, seen by the operator before it goes live."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, Outcome
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.model import ModelPurpose, usage_of
from nutgraf.domain.prompt import MAX_PROMPT_CHARS, OwnPrompt, prompt_version_of
from nutgraf.domain.records import BriefQuery
from nutgraf.errors import ConfigError, NotFound
from nutgraf.pipeline.model_writing import ModelPayer, ModelWriter, with_own_prompt
from nutgraf.pipeline.work import BRIEF
from nutgraf.ports import Clock, StageRunner, Store

BRIEF_TIMEOUT_S = 20.0
PREVIEWED_ARTICLES = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """One article's brief as it would be published. `reason` says why the model did not write it, if it did not;
    `is_drafted` whether it gave a draft, of which too little may have been left.
    """

    article_id: ArticleId
    article: Article
    brief: Brief
    reason: str = ""
    is_drafted: bool = False

    @property
    def replaced(self) -> int:
        """Sentences of the model in whose place the article's own stand."""
        return self._count(Outcome.REPAIRED)

    @property
    def dropped(self) -> int:
        """Sentences of the model that nothing stands for."""
        return self._count(Outcome.DROPPED)

    def _count(self, outcome: Outcome) -> int:
        return sum(held.maker is None and held.outcome is outcome for held in self.brief.withheld)


def own_prompt(text: str, clock: Clock) -> OwnPrompt:
    """Instructions as they are kept. Raises ConfigError (bad_prompt)."""
    text = text.strip()
    if not text or len(text) > MAX_PROMPT_CHARS:
        raise ConfigError(f"A prompt has 1 to {MAX_PROMPT_CHARS:,} characters.", code="bad_prompt")
    return OwnPrompt(prompt_version_of(text), text, clock.now())


async def preview_prompt(
    prompt: OwnPrompt,
    *,
    writer: ModelWriter,
    stages: StageRunner,
    store: Store,
    clock: Clock,
    count: int = PREVIEWED_ARTICLES,
) -> list[Preview]:
    """Briefs of the latest `count` articles; nothing is published.

    The prompt is kept, and may go live, once a model wrote with it. Raises NotFound where there is no article yet.
    """
    cards = store.list_briefs(BriefQuery(limit=count), reader_id=DEFAULT_READER)
    if not cards:
        raise NotFound("There is no article to preview on yet; poll a feed first.")
    style = with_own_prompt(writer.style, prompt)
    previews: list[Preview] = []
    for card in cards:
        article = store.brief_page(card.article_id, reader_id=DEFAULT_READER).revision.article
        payer = ModelPayer(article_id=card.article_id)
        drafted = await writer.draft(article, payer=payer, purpose=ModelPurpose.PREVIEW, style=style)
        brief: Brief = await stages.run(BRIEF, article, clock.now(), "", (), drafted.draft, timeout_s=BRIEF_TIMEOUT_S)
        brief = dataclasses.replace(brief, usage=usage_of(drafted.answers))
        reason = "" if brief.model else drafted.reason or "too little of the draft could be published"
        previews.append(Preview(card.article_id, article, brief, reason, drafted.draft is not None))
    if any(preview.is_drafted for preview in previews):
        store.save_previewed_prompt(prompt.version, prompt.text, now=clock.now())
    return previews
