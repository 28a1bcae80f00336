"""A brief for reading in a terminal: plain text, wrapped, without control characters."""

from __future__ import annotations

import textwrap

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, BriefSentence
from nutgraf.domain.evidence import Verdict
from nutgraf.outputs import wording

WIDTH = 78


def format_terminal(brief: Brief, article: Article) -> str:
    """The brief as lines of at most 78 characters; whatever a terminal would obey is left out of the text."""
    out: list[str] = [*_wrap(brief.headline.upper()), ""]
    source = [article.publisher] if article.publisher else []
    if article.published_at is not None:
        source.append(f"{article.published_at:%d %b %Y %H:%M} UTC")
    source += wording.labels(article)
    if source:
        out += [*_wrap(" • ".join(source)), ""]
    if brief.dek is not None:
        out += [*_wrap(_text(brief.dek)), ""]
    if brief.what_happened:
        out += _section(wording.WHAT_HAPPENED)
        out += [*_wrap(" ".join(_text(sentence) for sentence in brief.what_happened)), ""]
    if brief.insights:
        out += _section(wording.KEY_INSIGHTS)
        for number, insight in enumerate(brief.insights, 1):
            out += _wrap(f"{_text(insight.title)}: {_text(insight.explanation)}", first=f"{number}. ", rest="   ")
        out.append("")
    if brief.takeaways:
        out += _section(wording.TAKEAWAYS)
        out += [*_wrap(" ".join(_text(sentence) for sentence in brief.takeaways)), ""]
    if brief.is_short:
        out += [wording.SHORT_NOTICE, ""]
    if brief.topics:
        out += [*_wrap(f"{wording.TOPICS}: {', '.join(topic.name for topic in brief.topics)}"), ""]
    address = article.canonical_url or article.url
    if address.startswith(("http://", "https://")):
        out += [f"{wording.read_full_article(article.publisher)}:", printable(address), ""]
    out.append(f"{wording.traced(brief.traced_count, brief.sentence_count)} • written by {brief.writer}")
    return "\n".join(out) + "\n"


def _section(heading: str) -> list[str]:
    return [heading, "─" * len(heading)]


def _text(sentence: BriefSentence) -> str:
    mark = " [weakly supported]" if sentence.finding.verdict is Verdict.WEAK else ""
    return sentence.text + mark


def _wrap(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        printable(text), WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False
    ) or [""]


def printable(text: str) -> str:
    """The text on one line, with spaces for whatever a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
