"""`nutgraf search`: find briefs by their words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nutgraf.cli.options import data_option

if TYPE_CHECKING:
    from nutgraf.domain.search import SearchHit

_EPILOG = """\b
In a query:
  ferry fares               both words
  "minimum wage"            next to each other
  -strike                   without this word
  electr*                   words that begin so
  publisher:"harbour post"  of one publisher
  topic:diplomacy           on one topic
  after:7d before:today     by day

\b
Examples:
  nutgraf search ferry fares
  nutgraf search 'topic:diplomacy -"trade deal" after:2026-11-01' --newest --json
"""


@click.command("search", epilog=_EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True)
@click.option("--newest", is_flag=True, help="Newest first (default: best first).")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@data_option
def command(words: tuple[str, ...], newest: bool, limit: int, as_json: bool, data_dir: Path | None) -> None:
    """Find published briefs. Nothing found is no error."""
    import json
    from datetime import UTC, datetime

    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.ids import DEFAULT_READER
    from nutgraf.domain.search import SearchOrder
    from nutgraf.text.search_query import parse_search

    now = datetime.now(UTC)
    query = parse_search(" ".join(words), now=now)
    for problem in query.problems:
        click.echo(f"nutgraf: {problem}", err=True)
    store = open_application_store(settings_from(data_dir))
    try:
        order = SearchOrder.NEWEST if newest else SearchOrder.BEST
        page = store.search_briefs(query, reader_id=DEFAULT_READER, now=now, order=order, limit=limit)
    finally:
        store.close()
    for hit in page.hits:
        click.echo(json.dumps(_as_value(hit), ensure_ascii=False) if as_json else _as_text(hit))
    if not page.hits and not as_json:
        click.echo("Nothing was found.", err=True)


def _as_text(hit: SearchHit) -> str:
    card = hit.card
    snippet = "".join(piece.text for piece in hit.snippet)
    facts = f"{card.publisher.name}, {card.published_at:%Y-%m-%d %H:%M} UTC"
    return "\n".join(line for line in (card.headline, facts, snippet, card.url, "") if line) + "\n"


def _as_value(hit: SearchHit) -> dict[str, object]:
    card = hit.card
    return {
        "headline": card.headline,
        "dek": card.dek,
        "snippet": "".join(piece.text for piece in hit.snippet),
        "publisher": card.publisher.name,
        "published_at": card.published_at.isoformat(),
        "topics": [topic.slug for topic in card.topics],
        "url": card.url,
    }
