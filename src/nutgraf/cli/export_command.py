"""`nutgraf export`: write out the published briefs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from nutgraf.cli.edition import read_edition
from nutgraf.cli.options import data_option

if TYPE_CHECKING:
    from nutgraf.domain.records import BriefPage
    from nutgraf.ports import Store

_PAGE = 200

_EPILOG = """\b
Examples:
  nutgraf export > briefs.jsonl
  nutgraf export --format markdown -o briefs.md --topic diplomacy
"""


@click.command("export", epilog=_EPILOG)
@click.option(
    "--format", "format_name", type=click.Choice(["jsonl", "markdown"]), default="jsonl", show_default=True,
    help="JSON Lines with evidence, or Markdown.",
)  # fmt: skip
@click.option("-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="File to write.")
@click.option("--topic", default="", help="Only briefs of this topic (its slug, as in the page's address).")
@click.option("--publisher", default="", help="Only briefs of this publisher (its slug).")
@data_option
def command(format_name: str, output: TextIO, topic: str, publisher: str, data_dir: Path | None) -> None:
    """Write every published brief, newest first."""
    import json

    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.outputs import format_markdown
    from nutgraf.outputs.json_text import brief_to_dict

    settings = settings_from(data_dir)
    store = open_application_store(settings)
    sample_press = read_edition(settings.data_dir)
    try:
        for page in _published(store, topic, publisher):
            article = page.revision.article
            is_sample = sample_press is not None and article.url.startswith(sample_press.base_url)
            if format_name == "jsonl":
                value = brief_to_dict(page.brief, article) | {"sample": is_sample}
                output.write(json.dumps(value, ensure_ascii=False) + "\n")
            else:
                notice = "*Sample press: this publisher and its news are invented.*\n" if is_sample else ""
                output.write(f"{format_markdown(page.brief, article)}{notice}\n---\n\n")
    finally:
        store.close()


def _published(store: Store, topic: str, publisher: str) -> Iterator[BriefPage]:
    from nutgraf.domain.ids import DEFAULT_READER
    from nutgraf.domain.records import BriefQuery
    from nutgraf.errors import NotFound

    before = ""
    while True:
        query = BriefQuery(topic=topic, publisher=publisher, before=before, limit=_PAGE)
        cards = store.list_briefs(query, reader_id=DEFAULT_READER)
        for card in cards:
            try:
                yield store.brief_page(card.article_id, reader_id=DEFAULT_READER)
            except NotFound:  # withdrawn since the list was read
                continue
        if len(cards) < _PAGE:
            return
        before = cards[-1].sort_key
