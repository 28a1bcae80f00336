"""Text that a page keeps in script templates and shows by script, as some blog layouts keep their posts."""

from __future__ import annotations

from itertools import islice

from lxml import etree

from nutgraf.errors import ExtractError
from nutgraf.stages.extract.furniture import CONTENT_NAMES
from nutgraf.stages.extract.guard import check_page
from nutgraf.stages.extract.tree import Element, body_of, parse_tree

_TEMPLATE_TYPES = frozenset({"text/template", "text/x-template", "text/html"})
_PLACEHOLDERS = ("{{", "<%", "${")
_MIN_CHARS = 200
_MAX_CHARS = 1_000_000
_MAX_TEMPLATES = 20
_HOLDER_LEVELS = 3


def reveal_templates(root: Element, *, url: str) -> bool:
    """Put the content of text templates where their scripts stand; whether there was any.

    Only those in an element that calls itself the article's text: others are forms and notices that scripts show, and
    templates with placeholders are an application's.
    """
    scripts = [script for script in root.iter("script") if _holds_text(script)][:_MAX_TEMPLATES]
    for script in scripts:
        shown = _parsed(script.text or "", url)
        if shown is not None:
            shown.tail = script.tail
            script.getparent().replace(script, shown)
    return bool(scripts)


def _holds_text(script: Element) -> bool:
    text = script.text or ""
    return (
        (script.get("type") or "").strip().lower() in _TEMPLATE_TYPES
        and _MIN_CHARS <= len(text) <= _MAX_CHARS
        and _is_in_content(script)
        and not any(mark in text for mark in _PLACEHOLDERS)
    )


def _is_in_content(script: Element) -> bool:
    return any(
        holder.tag == "article"
        or "articlebody" in (holder.get("itemprop") or "").lower()
        or CONTENT_NAMES.search(holder.get("class", ""))
        for holder in islice(script.iterancestors(), _HOLDER_LEVELS)
    )


def _parsed(text: str, url: str) -> Element | None:
    """The template's content in a div; None where it is not safe to parse."""
    try:
        check_page(text.encode("utf-8", "replace"), url=url)
        body = body_of(parse_tree(text, url=url))
    except ExtractError:
        return None
    holder = etree.Element("div")
    holder.text = body.text
    holder.extend(list(body))
    return holder
