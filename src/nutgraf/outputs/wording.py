"""Words that every surface uses in the same way: headings, ages, counts."""

from __future__ import annotations

from datetime import datetime

WHAT_HAPPENED = "What happened"
KEY_INSIGHTS = "Key insights"
TAKEAWAYS = "Takeaways"
TOPICS = "Topics"
SHORT_NOTICE = "The article is short, and so is this brief."


def read_full_article(publisher: str) -> str:
    """The way out to the original."""
    return f"Read the full article on {publisher or 'the publisher’s site'}"


def traced(traced_count: int, sentence_count: int) -> str:
    """How many sentences rest on the article's words: `9 of 9 sentences traced`."""
    noun = "sentence" if sentence_count == 1 else "sentences"
    return f"{traced_count} of {sentence_count} {noun} traced"


def reads(count: int) -> str:
    """`0 views`, `1 view`, `2 views`."""
    return f"{count:,} {'view' if count == 1 else 'views'}"


def age(then: datetime, now: datetime) -> str:
    """How long ago, short: `now`, `57m ago`, `5h ago`, `3d ago`, and from two weeks on the date: `3 Mar 2026`."""
    minutes = max(0, int((now - then).total_seconds() // 60))
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes}m ago"
    if minutes < 24 * 60:
        return f"{minutes // 60}h ago"
    if minutes < 14 * 24 * 60:
        return f"{minutes // (24 * 60)}d ago"
    return f"{then.day} {then:%b %Y}"
