"""Atom 1.0 (RFC 4287) and 0.3."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime

from nutgraf.domain.feed import Entry, Feed
from nutgraf.stages.parse.dates import parse_date
from nutgraf.stages.parse.fields import (
    FeedContext,
    entry_id,
    language_tag,
    literal_title,
    newest,
    newest_first,
    person_name,
    plain_title,
    resolved_html,
)
from nutgraf.stages.parse.rss import first_date, first_text
from nutgraf.stages.parse.tree import Element, attribute, children_by_name, inner_html, name_of, text_of
from nutgraf.text.addresses import absolute_url
from nutgraf.text.sanitise import html_to_text

Children = Mapping[str, Sequence[Element]]

_PUBLISHED = ("published", "issued", "created", "dcterms:issued", "dc:date", "dcterms:created", "pubdate")
_UPDATED = ("updated", "modified", "dcterms:modified")
_TEXT_TYPES = ("text", "text/plain", "plain")


def read_atom(root: Element, context: FeedContext) -> Feed:
    """An Atom document as a Feed; `root` is `feed`, or a single `entry`."""
    if name_of(root.tag).removeprefix("atom:") == "entry":
        children: dict[str, list[Element]] = {}
        entries = [root]
    else:
        children = _children(root)
        entries = children.get("entry", [])
    taken, dropped = newest(entries, _date_of)
    author = _author(children)
    base = context.base_of(root)
    return Feed(
        url=context.url,
        title=_title(children),
        site_url=_link(children, "alternate", base),
        language=language_tag(attribute(root, "lang") or first_text(children, ("dc:language", "language"))),
        entries=newest_first([_read_entry(entry, context, author) for entry in taken]),
        format="atom03" if "purl.org/atom" in root.tag else "atom10",
        hub_url=_link(children, "hub", base),
        self_url=_link(children, "self", base),
        dropped_entries=dropped,
    )


def _read_entry(entry: Element, context: FeedContext, feed_author: str) -> Entry:
    children = _children(entry)
    for group in children.get("media:group", ()):
        for name, elements in children_by_name(group).items():
            children.setdefault(name, []).extend(elements)
    base = context.base_of(entry)
    original = first_text(children, ("feedburner:origlink",))
    url = absolute_url(original, base) or _link(children, "alternate", base)
    title = _title(children)
    summary = _first_html(children, ("summary", "media:description", "dc:description"), context)
    content = _first_html(children, ("content",), context)
    stated_id = first_text(children, ("id", "guid"))
    published_at = first_date(children, _PUBLISHED)
    source = [_author(_children(element)) for element in children.get("source", ())]
    return Entry(
        id=entry_id(stated_id, url, title, published_at, summary, content),
        url=url or absolute_url(stated_id if "://" in stated_id else "", base),
        title=title,
        summary_html=summary,
        content_html=content,
        author=_author(children) or next(iter(source), "") or feed_author,
        published_at=published_at,
        updated_at=first_date(children, _UPDATED),
    )


def _children(element: Element) -> dict[str, list[Element]]:
    """Children by local name for Atom's own elements, which some feeds leave without a namespace."""
    children: dict[str, list[Element]] = {}
    for name, elements in children_by_name(element).items():
        children.setdefault(name.removeprefix("atom:"), []).extend(elements)
    return children


def _construct(element: Element) -> tuple[str, bool]:
    """A text construct (RFC 4287, 3.1; Atom 0.3 `mode`) as markup, and whether that is plain text."""
    kind, mode = attribute(element, "type").lower(), attribute(element, "mode").lower()
    if len(element):
        is_wrapped = kind == "xhtml" and len(element) == 1 and str(element[0].tag).rpartition("}")[2] == "div"
        return inner_html(element[0] if is_wrapped else element), False
    text = (element.text or "").strip()
    if mode == "base64" or (kind and not mode and _is_encoded(kind)):
        text = _from_base64(text)
    is_plain = kind in _TEXT_TYPES or (not kind and mode != "escaped")
    return text, is_plain


def _is_encoded(kind: str) -> bool:
    """RFC 4287, 4.1.3.3: a media type that is neither text nor XML is in base64."""
    return "/" in kind and not kind.startswith("text/") and not kind.endswith(("+xml", "/xml"))


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace").strip()
    except (binascii.Error, ValueError):
        return text


def _title(children: Children) -> str:
    for name in ("title", "dc:title", "media:title"):
        for element in children.get(name, ()):
            markup, is_plain = _construct(element)
            title = literal_title(markup) if is_plain else plain_title(markup)
            if title:
                return title
    return ""


def _first_html(children: Children, names: Sequence[str], context: FeedContext) -> str:
    for name in names:
        for element in children.get(name, ()):
            markup, is_plain = _construct(element)
            if markup:
                markup = _escaped(markup) if is_plain else markup
                return resolved_html(markup, context.base_of(element))
    return ""


def _escaped(text: str) -> str:
    """Plain text as HTML. Text that is full of tags was mislabelled: Atom feeds in the wild forget `type`."""
    if "<" in text and html_to_text(text) != " ".join(text.split()):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;") if "<" in text or "&" in text else text


def _link(children: Children, relation: str, base: str) -> str:
    """The first link of that relation; for `alternate`, one to a page before any other."""
    found = ""
    for element in children.get("link", ()):
        rel = attribute(element, "rel").lower().rpartition("/")[2] or "alternate"
        if rel != relation:
            continue
        url = absolute_url(attribute(element, "href") or text_of(element), base)
        if url and attribute(element, "type").lower() in ("", "text/html", "application/xhtml+xml"):
            return url
        found = found or url
    return found


def _author(children: Children) -> str:
    names = []
    for element in [*children.get("author", ()), *children.get("dc:creator", ())]:
        person = _children(element)
        name = person_name(first_text(person, ("name",)) or ("" if person else text_of(element)))
        if name and name not in names:
            names.append(name)
    return ", ".join(names[:10])


def _date_of(entry: Element) -> datetime | None:
    for child in entry:
        if isinstance(child.tag, str) and name_of(child.tag).removeprefix("atom:") in (
            "published",
            "updated",
            "issued",
        ):
            return parse_date(text_of(child))
    return None
