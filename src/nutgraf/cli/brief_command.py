"""`nutgraf brief`: one brief from an address, a file or standard input."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nutgraf.errors import ConfigError, ExtractError

if TYPE_CHECKING:
    from nutgraf.domain.article import Article
    from nutgraf.pipeline.model_writing import ModelDraft
    from nutgraf.ports import Store
    from nutgraf.settings import Settings

MAX_INPUT_BYTES = 10_000_000
MAX_TITLE_CHARS = 160

_EPILOG = """\b
Examples:
  nutgraf brief https://example.org/news/1
  nutgraf brief saved-page.html --url https://example.org/news/1
  nutgraf brief notes.txt --title "What the council decided"
  curl -s https://example.org/news/1 | nutgraf brief - --json
"""


@click.command("brief", epilog=_EPILOG)
@click.argument("source", metavar="URL|FILE|-")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with verdicts and evidence.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@click.option("--url", default="", help="Address of a page that is given as a file.")
@click.option("--title", default="", help="Headline of a plain text (default: a first line that is no sentence).")
@click.option("--builtin", is_flag=True, help="Leave the language model out, where one is set.")
def command(source: str, as_json: bool, as_markdown: bool, url: str, title: str, builtin: bool) -> None:
    """Write one brief and print it; the brief is not stored.

    Where a language model is set, it writes, within the budgets of the day; the built-in writer stands behind it.
    SOURCE is an address, a file of HTML or plain text, or - for standard input.
    """
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.model import usage_of
    from nutgraf.outputs import FORMATS
    from nutgraf.pipeline.briefing import make_brief
    from nutgraf.stages.tag import load_taxonomy

    settings = settings_from()
    taxonomy = load_taxonomy(settings.topics.taxonomy)
    is_address = source.lower().startswith(("http://", "https://"))
    article = _from_address(source, settings) if is_address else _from_bytes(_read(source), url=url, title=title)
    drafted = None if builtin or not settings.model.is_set else _draft(settings, article)
    draft = drafted.draft if drafted else None
    brief = make_brief(article, created_at=datetime.now(UTC), draft=draft, taxonomy=taxonomy)
    if drafted is not None:
        brief = dataclasses.replace(brief, usage=usage_of(drafted.answers))
        if not brief.model:
            reason = drafted.reason or "too little of its draft could be published"
            click.echo(f"nutgraf: the built-in writer wrote this in the model’s place: {reason}", err=True)
    if not brief.what_happened:
        raise ExtractError("The text is too short to brief.", url=url, code="nothing_to_say")
    name = "json" if as_json else "markdown" if as_markdown else "terminal"
    click.echo(FORMATS[name](brief, article), nl=False)


def _draft(settings: Settings, article: Article) -> ModelDraft:
    """The model's draft within the day's budgets, which are in the database: without that nobody is asked."""
    from nutgraf.bootstrap import open_application_store
    from nutgraf.errors import StoreError
    from nutgraf.pipeline.model_writing import ModelDraft

    try:
        store = open_application_store(settings)
    except (ConfigError, StoreError) as error:
        return ModelDraft(None, reason=f"the model’s budget cannot be read: {error.message}")
    try:
        return _ask_model(settings, article, store)
    finally:
        store.close()


def _ask_model(settings: Settings, article: Article, store: Store) -> ModelDraft:
    import asyncio

    from nutgraf.adapters.clock import SystemClock
    from nutgraf.adapters.queue.inline import InlineStageRunner
    from nutgraf.model_wiring import make_model_writer
    from nutgraf.pipeline.model_writing import with_own_prompt
    from nutgraf.pipeline.work import TASKS

    own = store.live_prompt()

    async def ask() -> ModelDraft:
        writer = make_model_writer(settings, store=store, stages=InlineStageRunner(TASKS), clock=SystemClock())
        assert writer is not None
        try:
            return await writer.draft(article, style=with_own_prompt(writer.style, own) if own else None)
        finally:
            await writer.close()

    return asyncio.run(ask())


def _from_address(address: str, settings: Settings) -> Article:
    import asyncio

    from nutgraf.bootstrap import make_fetcher
    from nutgraf.domain.document import FetchRequest, Purpose
    from nutgraf.stages.extract import extract_article

    async def fetch() -> Article:
        fetcher = make_fetcher(settings)
        try:
            document = await fetcher.fetch(FetchRequest(address, Purpose.ARTICLE))
        finally:
            await fetcher.close()
        return extract_article(document.body, url=document.final_url, content_type=document.content_type)

    return asyncio.run(fetch())


def _read(source: str) -> bytes:
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MAX_INPUT_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MAX_INPUT_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{source} cannot be read: {error.strerror}.", code="unreadable") from None
    if len(data) > MAX_INPUT_BYTES:
        raise ExtractError(f"{source} is larger than {MAX_INPUT_BYTES // 1_000_000} MB.", code="too_large")
    return data


def _from_bytes(data: bytes, *, url: str, title: str) -> Article:
    from nutgraf.stages.extract import article_from_text, extract_article

    if _looks_like_html(data):
        return extract_article(data, url=url)
    text = data.decode("utf-8", "replace").strip()
    if not text:
        raise ExtractError("There is nothing in it.", code="empty")
    if not title:
        first, _, rest = (part.strip() for part in text.partition("\n"))
        if rest and len(first) <= MAX_TITLE_CHARS and not first.endswith((".", "!", "?", "”", '"')):
            title, text = first, rest
    return article_from_text(text, title=title, url=url)


def _looks_like_html(data: bytes) -> bool:
    head = data[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<?xml", b"<!--")) or b"<body" in head or b"<p" in head
