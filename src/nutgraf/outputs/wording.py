"""Words that every surface uses in the same way: headings and counts."""

from __future__ import annotations

from nutgraf.domain.article import Article, ArticleFlag
from nutgraf.domain.corrections import CorrectionKind, CorrectionRecord
from nutgraf.domain.desk import MAX_COUNTED

FLAG_LABELS = {
    ArticleFlag.OPINION: "Opinion",
    ArticleFlag.LIVE_BLOG: "Live page",
    ArticleFlag.PAYWALLED: "Partly behind a paywall",
    ArticleFlag.STUB: "Stub",
}
WHAT_HAPPENED = "What happened"
KEY_INSIGHTS = "Key insights"
TAKEAWAYS = "Takeaways"
TOPICS = "Topics"
SHORT_NOTICE = "The article is short, and so is this brief."


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun in the right form, as in `1 view`, `1,024 views`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def queue_count(number: int) -> str:
    """How much waits, as in `1,024`; `10,000+` where it was not counted further."""
    return f"{number:,}{'+' if number >= MAX_COUNTED else ''}"


def traced(traced_count: int, sentence_count: int) -> str:
    """How many of a brief's sentences rest on the article's words, as in `9 of 9 sentences traced`."""
    return f"{traced_count} of {counted(sentence_count, 'sentence')} traced"


def describe_correction(record: CorrectionRecord) -> str:
    """What a correction or update did to the brief, with the operator's note, in plain sentences."""
    withdrawn = sum(1 for change in record.changes if change.before and not change.after)
    replaced = sum(1 for change in record.changes if change.before and change.after)
    added = sum(1 for change in record.changes if not change.before)
    broken = sum(1 for change in record.changes if change.is_broken)
    is_update = record.kind is CorrectionKind.UPDATE
    parts = [
        f"{counted(replaced, 'sentence')} {'changed' if is_update else 'replaced'}" if replaced else "",
        f"{counted(withdrawn, 'sentence')} {'left out' if is_update else 'withdrawn'}" if withdrawn else "",
        f"{counted(added, 'sentence')} new" if added else "",
    ]
    did = ", ".join(part for part in parts if part)
    if is_update:
        fell = f" {counted(broken, 'sentence')} no longer held." if broken else " No sentence had become wrong."
        return f"The publisher changed the article: {did}.{fell}"
    return f"{record.note} ({did})" if record.note and did else record.note or did[:1].upper() + did[1:] + "."


def labels(article: Article) -> list[str]:
    """What kind of article it is where that matters to a reader, as in `Opinion`."""
    return [FLAG_LABELS[flag] for flag in sorted(article.flags, key=lambda flag: flag.value)]


def read_full_article(publisher: str) -> str:
    """The way out to the original."""
    return f"Read the full article on {publisher or 'the publisher’s site'}"
