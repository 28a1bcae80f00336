"""`nutgraf prompt`: an operator's own instructions to the language model, seen on real articles before they go live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from nutgraf.cli.options import data_option
from nutgraf.errors import ConfigError, NotFound

if TYPE_CHECKING:
    from nutgraf.domain.article import Article
    from nutgraf.domain.writing_style import WritingStyle
    from nutgraf.pipeline.model_writing import ModelDraft
    from nutgraf.ports import Store
    from nutgraf.settings import Settings

OWN_WORDS = "nutgraf"
"""The name of the prompt that comes with Nutgraf."""

_EPILOG = """\b
Examples:
  nutgraf prompt preview farmers.txt     three briefs as they would be
  nutgraf prompt use own-1f2e3d4c        from now on
  nutgraf prompt use nutgraf             back to the one that comes with Nutgraf
  nutgraf prompt list
"""


@click.group("prompt", epilog=_EPILOG)
def command() -> None:
    """Add your own instructions to what the language model is told; see what they do first.

    They stand beside Nutgraf's, which say what a brief is and how each sentence is proved. A running server heeds a
    change at once.
    """


@command.command("list")
@data_option
def list_prompts(data_dir: Path | None) -> None:
    """Show the versions there are, and which one is in use."""
    with _opened(data_dir) as store:
        prompts = store.list_prompts()
    live = next((prompt.version for prompt in prompts if prompt.live_at), OWN_WORDS)
    click.echo(f"{'*' if live == OWN_WORDS else ' '} {OWN_WORDS:<16} comes with Nutgraf")
    for prompt in prompts:
        first = " ".join(prompt.text.split())[:60]
        click.echo(f"{'*' if prompt.version == live else ' '} {prompt.version:<16} {first}")


@command.command("preview")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option(
    "--articles", "count", type=click.IntRange(1, 10), default=3, show_default=True, help="How many articles."
)
@data_option
def preview(file: TextIO, count: int, data_dir: Path | None) -> None:
    """Write briefs of the latest articles with the instructions in FILE and print them; nothing is published."""
    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.prompt import MAX_PROMPT_CHARS, OwnPrompt, prompt_version_of

    text = file.read(MAX_PROMPT_CHARS + 1).strip()
    if not text or len(text) > MAX_PROMPT_CHARS:
        raise ConfigError(f"A prompt has 1 to {MAX_PROMPT_CHARS:,} characters.", code="bad_prompt")
    settings = settings_from(data_dir)
    store = open_application_store(settings)
    try:
        articles = _latest_articles(store, count)
        if not articles:
            raise NotFound("There is no article to preview on yet; poll a feed first.")
        prompt = OwnPrompt(prompt_version_of(text), text, datetime.now(UTC))
        drafts = asyncio.run(_draft(settings, prompt, articles))
        for article, drafted in zip(articles, drafts, strict=True):
            _show(article, drafted)
        if any(drafted.draft for drafted in drafts):
            store.save_previewed_prompt(prompt.version, text, now=datetime.now(UTC))
            click.echo(f"This is version {prompt.version}. To let it go live: nutgraf prompt use {prompt.version}")
    finally:
        store.close()


@command.command("use")
@click.argument("version")
@data_option
def use(version: str, data_dir: Path | None) -> None:
    """Let VERSION go live; only one that was previewed is there to be used."""
    with _opened(data_dir) as store:
        store.use_prompt(None if version == OWN_WORDS else version, now=datetime.now(UTC))
    click.echo(f"New briefs are written with prompt {version}.")


def _opened(data_dir: Path | None) -> _Opened:
    from nutgraf.cli.options import settings_from

    return _Opened(settings_from(data_dir))


class _Opened:
    """The store, closed at the end."""

    def __init__(self, settings: Settings) -> None:
        from nutgraf.bootstrap import open_application_store

        self.store = open_application_store(settings)

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def _latest_articles(store: Store, count: int) -> list[Article]:
    from nutgraf.domain.ids import DEFAULT_READER
    from nutgraf.domain.records import BriefQuery

    cards = store.list_briefs(BriefQuery(limit=count), reader_id=DEFAULT_READER)
    return [store.brief_page(card.article_id, reader_id=DEFAULT_READER).revision.article for card in cards]


async def _draft(settings: Settings, prompt: object, articles: Sequence[Article]) -> list[ModelDraft]:
    from nutgraf.adapters.queue.inline import InlineStageRunner
    from nutgraf.bootstrap import make_model_writer
    from nutgraf.domain.model import ModelPurpose
    from nutgraf.domain.prompt import OwnPrompt
    from nutgraf.pipeline.model_writing import with_own_prompt
    from nutgraf.pipeline.work import TASKS

    writer = make_model_writer(settings, InlineStageRunner(TASKS))
    if writer is None:
        raise ConfigError("No language model is set; see docs/how-to/use-a-model.md.", code="no_model")
    assert isinstance(prompt, OwnPrompt)
    style: WritingStyle = with_own_prompt(writer.style, prompt)
    try:
        return [await writer.draft(article, purpose=ModelPurpose.PREVIEW, style=style) for article in articles]
    finally:
        await writer.close()


def _show(article: Article, drafted: ModelDraft) -> None:
    """One brief as it would be published, and what was withheld of it."""
    from nutgraf.domain.brief import Outcome
    from nutgraf.domain.model import usage_of
    from nutgraf.outputs import FORMATS
    from nutgraf.pipeline.briefing import make_brief

    brief = make_brief(article, created_at=datetime.now(UTC), draft=drafted.draft)
    click.echo(FORMATS["terminal"](brief, article))
    if not brief.model:
        click.echo(f"The built-in writer wrote this: {drafted.reason or 'too little of the draft could be published'}.")
    outcomes = [withheld.outcome for withheld in brief.withheld if withheld.maker is None]
    usage = usage_of(drafted.answers)
    took = (
        f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out, {usage.calls} calls" if usage else "no answer"
    )
    click.echo(
        f"{outcomes.count(Outcome.REPAIRED)} sentences replaced from the article, {outcomes.count(Outcome.DROPPED)} "
        f"dropped; {took}.\n\n{'=' * 78}\n"
    )
