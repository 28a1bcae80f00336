"""The record of corrections as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree

from nutgraf.domain.corrections import CorrectionRecord
from nutgraf.outputs.wording import describe_correction
from nutgraf.text.xml_characters import xml_text

ATOM_TYPE = "application/atom+xml; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"


def format_corrections_atom(records: Sequence[CorrectionRecord], *, base_url: str, now: datetime) -> bytes:
    """The feed of `records`, the latest first. `base_url` is the site's, without a slash at its end; times are UTC.

    `now` is the feed's own time where there is no record.
    """
    feed = ElementTree.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    _add(feed, "title", "Nutgraf: corrections")
    _add(feed, "subtitle", "What was corrected and updated in published briefs.")
    _add(feed, "id", f"{base_url}/corrections")
    _add(feed, "updated", (records[0].published_at if records else now).isoformat())
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": f"{base_url}/corrections.atom"})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{base_url}/corrections"})
    author = ElementTree.SubElement(feed, "author")
    _add(author, "name", "Nutgraf")
    for record in records:
        _add_entry(feed, record, base_url)
    ElementTree.indent(feed)
    body: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _add_entry(feed: ElementTree.Element, record: CorrectionRecord, base_url: str) -> None:
    entry = ElementTree.SubElement(feed, "entry")
    word = "Corrected" if record.kind.value == "correction" else "Updated"
    _add(entry, "title", f"{word}: {record.headline}")
    _add(entry, "id", f"{base_url}/corrections#c{record.id}")
    _add(entry, "updated", record.published_at.isoformat())
    _add(entry, "published", record.published_at.isoformat())
    path = f"/brief/{record.article_id}" if record.is_listed else f"/corrections#c{record.id}"
    ElementTree.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": base_url + path})
    ElementTree.SubElement(entry, "category", {"term": record.kind.value})
    _add(entry, "summary", describe_correction(record))
    content = _add(entry, "content", _as_text(record))
    content.set("type", "text")


def _as_text(record: CorrectionRecord) -> str:
    lines = [describe_correction(record)]
    for change in record.changes:
        lines += [f"Before: {change.before or '(no sentence)'}", f"Now: {change.after or '(withdrawn)'}"]
    return "\n\n".join(lines)


def _add(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = xml_text(text)
    return element
