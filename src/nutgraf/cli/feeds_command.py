"""`nutgraf feeds`: what is followed, from the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nutgraf.cli.options import data_option
from nutgraf.errors import NotFound

if TYPE_CHECKING:
    from nutgraf.domain.records import FeedRecord
    from nutgraf.ports import Store

_EPILOG = """\b
Examples:
  nutgraf feeds list --failing
  nutgraf feeds rename 3 "The local paper" --category Local
  nutgraf feeds pause 3
  nutgraf feeds resume https://example.org/feed.xml
  nutgraf feeds model 3 on-demand
  nutgraf feeds remove 3
A feed is named by its number in the list or by its address.
"""

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_feed_argument = click.argument("feed", metavar="FEED")


@click.group("feeds", epilog=_EPILOG)
def command() -> None:
    """List, pause, resume, rename and remove feeds. A running server heeds it at once."""


@command.command("list")
@click.option("--failing", "only_failing", is_flag=True, help="Only those whose last poll failed.")
@_json_option
@data_option
def list_feeds(only_failing: bool, as_json: bool, data_dir: Path | None) -> None:
    """Show every feed with how it does."""
    with _store(data_dir) as store:
        feeds = [feed for feed in store.list_feeds() if feed.error_code or not only_failing]
    if as_json:
        _print_json([_as_value(feed) for feed in feeds])
        return
    for feed in feeds:
        category = f"\t{_printable(feed.category)}" if feed.category else ""
        click.echo(f"{feed.id}\t{feed.health}\t{_printable(feed.title or feed.url)}{category}")
        click.echo(f"\t{_printable(feed.url)}")
        if feed.error_code:
            click.echo(f"\t{_printable(feed.error_message)} [{feed.error_code}]")
    if not feeds:
        click.echo("No feed fails." if only_failing else "No feed is followed.")


@command.command("pause")
@_feed_argument
@_json_option
@data_option
def pause(feed: str, as_json: bool, data_dir: Path | None) -> None:
    """Look for no more news in FEED until it is resumed."""
    from nutgraf.domain.records import FeedState

    with _store(data_dir) as store:
        feed_id = _find(store, feed).id
        store.set_feed_state(feed_id, FeedState.PAUSED)
        _tell(store.get_feed(feed_id), "is paused", as_json)


@command.command("resume")
@_feed_argument
@_json_option
@data_option
def resume(feed: str, as_json: bool, data_dir: Path | None) -> None:
    """Go on with FEED, which is due at once; also with one that was gone."""
    from datetime import UTC, datetime

    from nutgraf.domain.records import FeedState

    with _store(data_dir) as store:
        feed_id = _find(store, feed).id
        store.set_feed_state(feed_id, FeedState.ACTIVE)
        store.poll_soon(feed_id, now=datetime.now(UTC))
        _tell(store.get_feed(feed_id), "goes on", as_json)


@command.command("rename")
@_feed_argument
@click.argument("name", required=False)
@click.option("--category", help="One word or phrase; empty for none.")
@click.option(
    "--interval", "min_interval_s", type=click.IntRange(0), help="Shortest seconds between two polls; 0: as set."
)
@_json_option
@data_option
def rename(
    feed: str, name: str | None, category: str | None, min_interval_s: int | None, as_json: bool, data_dir: Path | None
) -> None:
    """Give FEED a NAME of yours (empty: the publisher's own), a category, a shortest interval."""
    from nutgraf.domain.desk import FeedOptions

    with _store(data_dir) as store:
        before = _find(store, feed)
        options = FeedOptions(
            before.own_title if name is None else name,
            before.category if category is None else category,
            before.min_interval_s if min_interval_s is None else min_interval_s,
        )
        store.set_feed_options(before.id, options)
        _tell(store.get_feed(before.id), "is saved", as_json)


@command.command("model")
@_feed_argument
@click.argument("policy", type=click.Choice(["always", "on-demand", "never", "default"]))
@_json_option
@data_option
def model(feed: str, policy: str, as_json: bool, data_dir: Path | None) -> None:
    """Say whether a language model writes FEED's briefs; `default` is as the settings have it."""
    from nutgraf.domain.spending import ModelPolicy

    with _store(data_dir) as store:
        found = _find(store, feed)
        store.set_model_policy(found.id, None if policy == "default" else ModelPolicy(policy.replace("-", "_")))
        _tell(store.get_feed(found.id), "is saved", as_json)


@command.command("remove")
@_feed_argument
@_json_option
@data_option
def remove(feed: str, as_json: bool, data_dir: Path | None) -> None:
    """Follow FEED no longer; its briefs stay."""
    with _store(data_dir) as store:
        found = _find(store, feed)
        store.remove_feed(found.id)
    _tell(found, "is no longer followed", as_json)


@contextmanager
def _store(data_dir: Path | None) -> Iterator[Store]:
    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from

    store = open_application_store(settings_from(data_dir))
    try:
        yield store
    finally:
        store.close()


def _find(store: Store, named: str) -> FeedRecord:
    """The feed with this number or address. Raises NotFound."""
    from nutgraf.domain.ids import FeedId

    if named.isascii() and named.isdecimal() and len(named) <= 18:
        return store.get_feed(FeedId(int(named)))
    for feed in store.list_feeds():
        if feed.url == named:
            return feed
    raise NotFound(f"There is no feed {named!r}; see `nutgraf feeds list`.")


def _tell(feed: FeedRecord, what: str, as_json: bool) -> None:
    if as_json:
        _print_json(_as_value(feed))
    else:
        click.echo(f"{_printable(feed.title or feed.url)} {what}.")


def _printable(text: str) -> str:
    from nutgraf.outputs.terminal import printable

    return printable(text)


def _print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _as_value(feed: FeedRecord) -> dict[str, Any]:
    return {
        "id": feed.id,
        "url": feed.url,
        "title": feed.title,
        "category": feed.category,
        "state": feed.state.value,
        "health": feed.health,
        "min_interval_s": feed.min_interval_s,
        "interval_s": feed.interval_s,
        "model_policy": feed.model_policy.value if feed.model_policy else None,
        "articles": feed.article_count,
        "last_poll_at": feed.last_poll_at.isoformat() if feed.last_poll_at else None,
        "last_ok_at": feed.last_ok_at.isoformat() if feed.last_ok_at else None,
        "next_poll_at": feed.next_poll_at.isoformat(),
        "failures": feed.failures,
        "error_code": feed.error_code,
        "error_message": feed.error_message,
    }
