"""A brief as Markdown (CommonMark), with its source."""

from __future__ import annotations

import re

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, BriefSentence
from nutgraf.domain.evidence import Verdict
from nutgraf.outputs import wording

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def format_markdown(brief: Brief, article: Article) -> str:
    """The brief as Markdown; characters with a meaning in Markdown are escaped, so that text stays text."""
    lines = [f"# {_escape(brief.headline)}", ""]
    source = [_escape(article.publisher)] if article.publisher else []
    if article.published_at is not None:
        source.append(f"{article.published_at:%Y-%m-%d %H:%M} UTC")
    source += wording.labels(article)
    if source:
        lines += [" • ".join(source), ""]
    if brief.dek is not None:
        lines += [f"**{_sentence(brief.dek)}**", ""]
    if brief.what_happened:
        lines += [f"## {wording.WHAT_HAPPENED}", "", " ".join(map(_sentence, brief.what_happened)), ""]
    if brief.insights:
        lines += [f"## {wording.KEY_INSIGHTS}", ""]
        for number, insight in enumerate(brief.insights, 1):
            lines.append(f"{number}. **{_sentence(insight.title)}**: {_sentence(insight.explanation)}")
        lines.append("")
    if brief.takeaways:
        lines += [f"## {wording.TAKEAWAYS}", "", " ".join(map(_sentence, brief.takeaways)), ""]
    if brief.is_short:
        lines += [f"*{wording.SHORT_NOTICE}*", ""]
    if brief.topics:
        lines += [f"{wording.TOPICS}: {', '.join(_escape(topic.name) for topic in brief.topics)}", ""]
    lines += [_link(wording.read_full_article(article.publisher), article.canonical_url or article.url), ""]
    lines.append(f"*{wording.traced(brief.traced_count, brief.sentence_count)}*")
    return "\n".join(lines) + "\n"


def _sentence(sentence: BriefSentence) -> str:
    mark = " (weakly supported)" if sentence.finding.verdict is Verdict.WEAK else ""
    return _escape(sentence.text) + mark


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _link(label: str, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        return _escape(label)
    safe_url = url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
    return f"[{_escape(label)}](<{safe_url}>)"
