"""What a brief's page says to machines: JSON-LD in the words of schema.org."""

from __future__ import annotations

import json
from typing import Any

from nutgraf.domain.entity import EntityKind
from nutgraf.domain.records import BriefPage

_TYPES = {EntityKind.PERSON: "Person", EntityKind.PLACE: "Place", EntityKind.ORGANISATION: "Organization"}
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""No text of a publisher's can end the script element that the JSON stands in."""


def brief_to_json_ld(page: BriefPage, *, page_url: str, language: str = "") -> dict[str, Any]:
    """The brief at `page_url` as a NewsArticle that is based on the publisher's. `language` is a BCP 47 tag."""
    card, article = page.card, page.revision.article
    published_at = card.briefed_at or card.published_at
    nutgraf = {"@type": "Organization", "name": "Nutgraf"}
    document = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": page_url,
        "url": page_url,
        "headline": card.headline,
        "description": card.dek,
        "inLanguage": language,
        "datePublished": published_at.isoformat(timespec="seconds"),
        "author": nutgraf,
        "publisher": nutgraf,
        "keywords": [topic.name for topic in card.topics],
        "mentions": [{"@type": _TYPES[entity.kind], "name": entity.name} for entity in page.brief.entities],
        "isBasedOn": _present(
            {
                "@type": "NewsArticle",
                "url": _http(article.canonical_url) or _http(card.url),
                "headline": article.title,
                "author": article.byline,
                "publisher": {"@type": "Organization", "name": card.publisher.name},
                "datePublished": article.published_at.isoformat(timespec="seconds") if article.published_at else "",
            }
        ),
    }
    return _present(document)


def script_json(document: dict[str, Any]) -> str:
    """The document as JSON that may stand between `<script>` and `</script>`."""
    return json.dumps(document, ensure_ascii=False).translate(_ESCAPES)


def _present(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value}


def _http(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else ""
