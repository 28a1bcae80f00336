"""Words that every surface uses in the same way: headings and counts."""

from __future__ import annotations

WHAT_HAPPENED = "What happened"
KEY_INSIGHTS = "Key insights"
TAKEAWAYS = "Takeaways"
TOPICS = "Topics"
SHORT_NOTICE = "The article is short, and so is this brief."


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun in the right form, as in `1 view`, `1,024 views`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def traced(traced_count: int, sentence_count: int) -> str:
    """How many of a brief's sentences rest on the article's words, as in `9 of 9 sentences traced`."""
    return f"{traced_count} of {counted(sentence_count, 'sentence')} traced"


def read_full_article(publisher: str) -> str:
    """The way out to the original."""
    return f"Read the full article on {publisher or 'the publisher’s site'}"
