"""The assertions of feedparser's own corpus, put to our Feed for the fields that we use.

An assertion is a Python expression over `feed` and `entries`; it is read as a syntax tree, never evaluated. Of its
comparisons those that name a field of ours count; it is met where all of these hold.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from nutgraf.domain.feed import Entry, Feed
from nutgraf.stages.parse.fields import person_name
from nutgraf.text.sanitise import html_to_text, sanitise_html

ORIGIN = "http://127.0.0.1:8097/"

FEED_FIELDS = {"title", "title_detail.value", "link", "language"}
ENTRY_FIELDS = {
    "title": "title",
    "title_detail.value": "title",
    "link": "url",
    "id": "id",
    "guid": "id",
    "description": "summary",
    "summary": "summary",
    "summary_detail.value": "summary",
    "content.0.value": "content",
    "author": "author",
    "author_detail.name": "author",
    "published_parsed": "published",
    "updated_parsed": "updated",
    "modified_parsed": "updated",
    "date_parsed": "updated",
}


@dataclass(frozen=True)
class Assertion:
    """One file's comparisons: (path such as `entries.0.title`, expected value)."""

    file: str
    comparisons: tuple[tuple[str, Any], ...]
    headers: dict[str, str]

    @property
    def url(self) -> str:
        location = self.headers.get("Content-Location", "")
        address = urljoin(ORIGIN + self.file, location)
        return address if address.startswith("http") else ORIGIN + self.file

    @property
    def content_type(self) -> str | None:
        return self.headers.get("Content-type")


def read_assertions(folder: Path) -> list[Assertion]:
    """Every assertion of the corpus with at least one comparison of a field that we use."""
    found = []
    for line in (folder / "expect.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        try:
            tree = ast.parse(row["expect"], mode="eval")
        except SyntaxError:
            continue
        comparisons = tuple(pair for pair in _comparisons(tree.body) if _is_used(pair[0]))
        if comparisons:
            found.append(Assertion(row["file"], comparisons, row.get("headers") or {}))
    return found


def unmet(assertion: Assertion, feed: Feed) -> list[str]:
    """What of the assertion does not hold for `feed`, as `path: expected != ours`."""
    problems = []
    for path, expected in assertion.comparisons:
        ours = _ours(path, feed, expected)
        if not any(_agrees(path, expected, value) for value in ours):
            problems.append(f"{path}: {expected!r} != {ours!r}")
    return problems


def _comparisons(node: ast.expr) -> Iterator[tuple[str, Any]]:
    if isinstance(node, ast.BoolOp):
        values = node.values[:1] if isinstance(node.op, ast.Or) else node.values
        for value in values:
            yield from _comparisons(value)
    elif isinstance(node, ast.Compare) and all(isinstance(operator, ast.Eq) for operator in node.ops):
        try:
            expected = ast.literal_eval(node.comparators[-1])
        except ValueError:
            return
        for left in (node.left, *node.comparators[:-1]):
            path = _path(left)
            if path.startswith("ord:"):
                yield path[4:], chr(expected)
            elif path:
                yield path, expected


def _path(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return f"{_path(node.value)}.{node.slice.value}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return f"{node.func.id}:{_path(node.args[0])}"
    return ""


def _is_used(path: str) -> bool:
    if path == "len:entries":
        return True
    head, _, field = path.partition(".")
    if head == "entries":
        return field.partition(".")[2] in ENTRY_FIELDS
    return head == "feed" and field in FEED_FIELDS


def _ours(path: str, feed: Feed, expected: Any) -> list[Any]:
    """The values that may stand for `path`: feedparser's summary is the content where there is no summary."""
    if path == "len:entries":
        return [len(feed.entries)]
    head, _, field = path.partition(".")
    if head == "feed":
        return [{"title": feed.title, "link": feed.site_url, "language": feed.language}[field.partition("_")[0]]]
    number, _, name = field.partition(".")
    if int(number) >= len(feed.entries):
        return []
    return _of_entry(feed.entries[int(number)], ENTRY_FIELDS[name])


def _of_entry(entry: Entry, field: str) -> list[Any]:
    match field:
        case "summary":
            return [entry.summary_html, entry.content_html]
        case "content":
            return [entry.content_html, entry.summary_html]
        case "published":
            return [entry.published_at]
        case "updated":
            return [entry.updated_at or entry.published_at]
        case _:
            return [getattr(entry, field)]


def _agrees(path: str, expected: Any, ours: Any) -> bool:
    name = path.rpartition(".")[2]
    if isinstance(expected, tuple):
        return ours is not None and ours.timetuple()[:6] == expected[:6]
    if not isinstance(expected, str):
        return bool((expected or None) == (ours or None))
    if path.endswith((".title", "title_detail.value")):
        return ours in (" ".join(expected.split()), html_to_text(expected))
    if name in ("description", "summary") or path.endswith(("summary_detail.value", "content.0.value")):
        return expected.strip() == ours.strip() or _as_shown(expected) == _as_shown(ours)
    if name in ("author", "name"):
        return person_name(expected) == ours
    return expected == ours


def _as_shown(markup: str) -> str:
    return " ".join(sanitise_html(markup, ORIGIN).split())
