"""A brief as JSON: every sentence with its verdict, score, reasons and evidence (offsets and the words themselves)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, BriefSentence
from nutgraf.outputs.costs import usage_to_dict


def brief_to_dict(brief: Brief, article: Article) -> dict[str, Any]:
    """The brief as plain dicts and lists; times in ISO 8601, offsets in characters of the text of `text_hash`."""
    return {
        "headline": brief.headline,
        "publisher": article.publisher,
        "byline": article.byline,
        "url": article.canonical_url or article.url,
        "published_at": _iso(article.published_at),
        "language": brief.language,
        "flags": sorted(flag.value for flag in article.flags),
        "dek": _sentence(brief.dek, article) if brief.dek is not None else None,
        "what_happened": [_sentence(sentence, article) for sentence in brief.what_happened],
        "insights": [
            {"title": _sentence(insight.title, article), "explanation": _sentence(insight.explanation, article)}
            for insight in brief.insights
        ],
        "takeaways": [_sentence(sentence, article) for sentence in brief.takeaways],
        "topics": [
            {"slug": t.slug, "name": t.name, "parent": t.parent, "iptc": t.iptc, "score": round(t.score, 3)}
            for t in brief.topics
        ],
        "entities": [{"kind": e.kind.value, "slug": e.slug, "name": e.name} for e in brief.entities],
        "is_short": brief.is_short,
        "sentences": brief.sentence_count,
        "sentences_traced": brief.traced_count,
        "writer": brief.writer,
        "model": brief.model,
        "usage": usage_to_dict(brief.usage),
        "created_at": _iso(brief.created_at),
        "text_hash": brief.article_hash,
    }


def format_json(brief: Brief, article: Article) -> str:
    """The brief as indented JSON text, ending in a newline."""
    return json.dumps(brief_to_dict(brief, article), ensure_ascii=False, indent=2) + "\n"


def _sentence(sentence: BriefSentence, article: Article) -> dict[str, Any]:
    finding = sentence.finding
    return {
        "text": sentence.text,
        "verdict": finding.verdict.value,
        "score": round(finding.score, 3),
        "reasons": list(finding.reasons),
        "evidence": [
            {"start": span.start, "end": span.end, "text": article.text[span.start : span.end]}
            for span in finding.evidence
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
