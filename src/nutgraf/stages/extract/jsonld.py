"""Schema.org's article as JSON-LD (https://schema.org/NewsArticle), read with tolerance: pages break it often."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from nutgraf.stages.extract.tree import Element

Node = dict[str, Any]

MAX_SCRIPT_CHARS = 1_000_000
_MAX_SCRIPTS = 500
_MAX_NODES = 3_000
_MAX_DEPTH = 12
_ARTICLE_TYPES = frozenset({"BlogPosting", "LiveBlogPosting", "Report", "SocialMediaPosting", "BackgroundNewsArticle"})
_OTHER_TYPES = frozenset({"WebPage", "ItemPage", "Recipe", "Review", "CreativeWork", "VideoObject", "MediaObject"})
_WRAPPER = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_FIELD = re.compile(
    r'"(headline|datePublished|dateModified|articleBody|description|articleSection|isAccessibleForFree)"'
    r'\s*:\s*("(?:[^"\\]|\\.){0,400000}+"|true|false)'
)
_TYPE = re.compile(r'"@type"\s*:\s*"([A-Za-z]{1,40}Article|LiveBlogPosting|BlogPosting)"')


def read_nodes(root: Element) -> list[Node]:
    """All JSON-LD objects of a page that have a type, outer before inner, at most 3,000."""
    nodes: list[Node] = []
    for number, script in enumerate(root.iter("script")):
        if number >= _MAX_SCRIPTS or len(nodes) >= _MAX_NODES:
            break
        if "ld+json" not in script.get("type", "").lower():
            continue
        text = script.text or ""
        if text and len(text) <= MAX_SCRIPT_CHARS:
            for value in _parse(text):
                nodes.extend(_objects(value, _MAX_NODES - len(nodes)))
    return nodes


def _parse(text: str) -> list[Any]:
    """The JSON values of a script; where it is beyond repair, the fields that can still be told apart."""
    text = _WRAPPER.sub("", text).strip().rstrip(";")
    for candidate in (text, _TRAILING_COMMA.sub(r"\1", text)):
        values, position, decoder = [], 0, json.JSONDecoder(strict=False)
        try:
            while position < len(candidate):
                value, position = decoder.raw_decode(candidate, position)
                values.append(value)
                while position < len(candidate) and candidate[position] in " \t\r\n,;":
                    position += 1
        except (ValueError, RecursionError):
            if values:
                return values
            continue
        return values
    return _salvage(text)


def _salvage(text: str) -> list[Any]:
    kind = _TYPE.search(text)
    if kind is None:
        return []
    node: Node = {"@type": kind[1]}
    for name, raw in _FIELD.findall(text):
        try:
            node.setdefault(name, json.loads(raw, strict=False))
        except ValueError:
            continue
    return [node] if len(node) > 1 else []


def _objects(value: Any, limit: int) -> Iterator[Node]:
    """Objects with a type in `value`, breadth first, `limit` of them at most."""
    layer = [value]
    count = 0
    for _ in range(_MAX_DEPTH):
        following: list[Any] = []
        for item in layer:
            if isinstance(item, list):
                following.extend(item[:_MAX_NODES])
            elif isinstance(item, dict):
                if "@type" in item and count < limit:
                    count += 1
                    yield item
                following.extend(inner for inner in item.values() if isinstance(inner, (dict, list)))
        if not following or count >= limit:
            return
        layer = following[: 4 * _MAX_NODES]


def types_of(node: Node) -> set[str]:
    """The node's types without a vocabulary's address."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {kind.rsplit("/", 1)[-1] for kind in listed if isinstance(kind, str)}


def is_article(node: Node) -> bool:
    """Whether `node` is some kind of article."""
    return any(kind.endswith("Article") or kind in _ARTICLE_TYPES for kind in types_of(node))


def find_article(nodes: list[Node], url: str) -> Node | None:
    """The page's own article among `nodes`: the one with the page's address, else the first with a headline.

    None where there are several and none is the page's: such a page lists articles.
    """
    articles = [node for node in nodes if is_article(node)]
    if not articles:
        return next((node for node in nodes if types_of(node) & _OTHER_TYPES and node.get("datePublished")), None)
    path = _path(url)
    for node in articles:
        if path and path in {_path(address) for address in _addresses(node)}:
            return node
    headlines = {text_of(node.get("headline")) for node in articles}
    if len(headlines - {""}) > 2:
        return None
    return next((node for node in articles if text_of(node.get("headline"))), articles[0])


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _path(url: str) -> str:
    return re.sub(r"^[a-z]+://[^/]+|[?#].*$", "", url).strip("/")


def text_of(value: Any) -> str:
    """A property as text: the first of a list, the name or value of an object; entities resolved, tags kept."""
    if isinstance(value, list):
        value = next((item for item in value if item), "")
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("url") or ""
        if isinstance(value, (list, dict)):
            return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value)
    return html.unescape(text) if "&" in text else text


def names_of(value: Any, nodes: list[Node]) -> list[str]:
    """Names of persons or organisations in an author or publisher property; references by @id are followed once."""
    names: list[str] = []
    for item in value[:20] if isinstance(value, list) else [value]:
        if isinstance(item, dict) and not item.get("name") and isinstance(item.get("@id"), str):
            item = next((node for node in nodes if node.get("@id") == item["@id"] and node.get("name")), item)
        name = text_of(item.get("name") if isinstance(item, dict) else item).strip()
        if name and name not in names and not name.startswith(("http:", "https:", "//")):
            names.append(name)
    return names
