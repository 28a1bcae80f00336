"""A brief as a piece of HTML for feed readers: no style, no script, each sentence with a link to its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape

from nutgraf.domain.brief import BriefSentence, Part
from nutgraf.domain.evidence import Verdict
from nutgraf.domain.records import BriefCard
from nutgraf.outputs import wording


def brief_html(
    card: BriefCard, sentences: Sequence[tuple[Part, BriefSentence]], *, evidence_url: str, language: str
) -> str:
    """The brief's sentences, numbered as on the page at `evidence_url`, and the way to the original."""
    shown: dict[Part, list[str]] = defaultdict(list)
    for number, (part, sentence) in enumerate(sentences, 1):
        shown[part].append(_sentence(sentence, number, evidence_url))
    out = [f'<div lang="{escape(language)}" dir="auto">' if language else '<div dir="auto">']
    out += [f"<p><strong>{dek}</strong></p>" for dek in shown[Part.DEK]]
    out += _section(wording.WHAT_HAPPENED, _paragraph(shown[Part.WHAT_HAPPENED]))
    insights = zip(shown[Part.INSIGHT_TITLE], shown[Part.INSIGHT], strict=False)
    items = "".join(f"<li><strong>{title}</strong><br>{explanation}</li>" for title, explanation in insights)
    out += _section(wording.KEY_INSIGHTS, f"<ol>{items}</ol>" if items else "")
    out += _section(wording.TAKEAWAYS, _paragraph(shown[Part.TAKEAWAYS]))
    out.append("</div>")
    if card.is_short:
        out.append(f"<p><em>{escape(wording.SHORT_NOTICE)}</em></p>")
    traced_count = sum(sentence.finding.verdict is Verdict.SUPPORTED for _, sentence in sentences)
    traced = escape(wording.traced(traced_count, len(sentences)))
    out.append(f'<p><a href="{escape(evidence_url)}">{traced}</a></p>')
    if card.url.startswith(("http://", "https://")):
        label = escape(wording.read_full_article(card.publisher.name))
        out.append(f'<p><a href="{escape(card.url)}">{label}</a></p>')
    return "\n".join(out)


def _sentence(sentence: BriefSentence, number: int, evidence_url: str) -> str:
    mark = "" if sentence.finding.verdict is Verdict.SUPPORTED else " (weakly supported)"
    link = f'<a href="{escape(evidence_url)}#s{number}" title="Evidence of sentence {number}">[{number}]</a>'
    return f"{escape(sentence.text)}{mark} {link}"


def _paragraph(sentences: Iterable[str]) -> str:
    text = " ".join(sentences)
    return f"<p>{text}</p>" if text else ""


def _section(heading: str, content: str) -> list[str]:
    return [f'<h2 lang="en" dir="ltr">{escape(heading)}</h2>', content] if content else []
