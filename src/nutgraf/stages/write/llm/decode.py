"""A model's answer to a draft: shape, lengths, cites and quotes are checked here, whatever the host has promised.

A sentence with a fault stays in the draft, marked with it: the checker withholds it and looks for a sentence of the
article in its place. An answer of which no draft can be made is a value, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft, DraftInsight, DraftSentence
from nutgraf.domain.writing_style import WritingStyle
from nutgraf.stages.write.llm.faults import AnswerFault
from nutgraf.stages.write.llm.json_answer import NoObject, parse_object
from nutgraf.stages.write.llm.limits import (
    DEK_WORDS,
    EXPLANATION_WORDS,
    INSIGHTS,
    MAX_CITES,
    MAX_TEXT_CHARS,
    PARAGRAPH_SENTENCES,
    QUOTE_WORDS,
    SENTENCE_WORDS,
    TAKEAWAYS,
    TITLE_WORDS,
    count_words,
    paragraph_words,
)
from nutgraf.stages.write.llm.prompt import output_language
from nutgraf.stages.write.llm.source import SourceLine
from nutgraf.text.exits import find_exit, strip_invisible
from nutgraf.text.language import detect_language
from nutgraf.text.lexicon import load_lexicon
from nutgraf.text.quotations import fold_quotation, locate_quotation
from nutgraf.text.spoken_to import speaks_to_somebody

WRITER_NAME = "model/1"
_MIN_LANGUAGE_CHARS = 120
_MIN_FORM_WORDS = 8
_MIN_SMALL_SHARE = 0.1  # of 14,466 English sentences of news with eight words and more, 39 have less
_SENTENCE_END = re.compile(r"[.!?…。।؟۔][\"'”’»)\]]*$")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MAX_ITEMS = 8


@dataclass(frozen=True, slots=True)
class DecodedAnswer:
    """A draft, None where the answer gives none, and everything that is wrong with it."""

    draft: Draft | None
    faults: tuple[AnswerFault, ...] = ()


def decode_answer(
    text: str, article: Article, lines: Sequence[SourceLine], style: WritingStyle, *, model: str = ""
) -> DecodedAnswer:
    """Read the answer to the call for a brief from `lines`. Never raises, whatever `text` is."""
    try:
        given = parse_object(text)
    except NoObject as error:
        return DecodedAnswer(None, (AnswerFault("", str(error)),))
    return _Decoder(article, lines, output_language(article, style) or article.language).decode(
        given, model, style.version, output_language(article, style)
    )


@dataclass
class _Decoder:
    """One answer on its way to a draft."""

    article: Article
    lines: Sequence[SourceLine]
    language: str
    faults: list[AnswerFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.said: set[str] = set()
        self.stop_words = load_lexicon(self.language).words("stop_words")
        self.folded = {line.index: fold_quotation(line.text) for line in self.lines}

    def decode(self, given: dict[str, Any], model: str, version: str, translated: str) -> DecodedAnswer:
        dek = self.sentence(given.get("dek"), "dek", DEK_WORDS)
        happened = self.paragraph(given.get("what_happened"))
        insights = self.insights(given.get("insights"))
        takeaways = self.sentences(given.get("takeaways"), "takeaways", TAKEAWAYS)
        if not happened:
            self.fault("what_happened", "there is no sentence in it")
            return DecodedAnswer(None, tuple(self.faults))
        texts = [*(s.text for s in happened), *(s.text for s in takeaways), *(i.explanation.text for i in insights)]
        if self.is_other_language(" ".join(texts)):
            self.fault("", f"it is not in the language asked for ({self.language})")
            return DecodedAnswer(None, tuple(self.faults))
        draft = Draft(
            dek, happened, insights, takeaways, WRITER_NAME, model=model, prompt_version=version, language=translated
        )
        return DecodedAnswer(draft, tuple(self.faults))

    def fault(self, place: str, what: str) -> str:
        self.faults.append(AnswerFault(place, what))
        return what

    def paragraph(self, given: object) -> tuple[DraftSentence, ...]:
        """What happened; sentences beyond its measure are left out from the end."""
        fewest, most = paragraph_words(self.article.word_count)
        sentences = list(self.sentences(given, "what_happened", PARAGRAPH_SENTENCES[1]))
        total = sum(count_words(sentence.text) for sentence in sentences)
        if sentences and not fewest <= total <= most:
            self.fault("what_happened", f"{total} words in all, not {fewest} to {most}")
        while len(sentences) > PARAGRAPH_SENTENCES[0] and total > most:
            total -= count_words(sentences.pop().text)
        return tuple(sentences)

    def insights(self, given: object) -> tuple[DraftInsight, ...]:
        found = []
        for number, one in enumerate(self.listed(given, "insights", INSIGHTS)):
            place = f"insights[{number}]"
            explanation = self.sentence(one, place, EXPLANATION_WORDS)
            title = self.text_of(one, "title") if isinstance(one, dict) else ""
            if explanation is None or not title:
                if explanation is not None:
                    self.fault(place, "it has no title")
                continue
            faults = self.wording_faults(title, f"{place}.title", TITLE_WORDS)
            found.append(DraftInsight(DraftSentence(title, explanation.cites, faults=tuple(faults)), explanation))
        return tuple(found)

    def sentences(self, given: object, place: str, most: int) -> tuple[DraftSentence, ...]:
        found = (
            self.sentence(one, f"{place}[{number}]", SENTENCE_WORDS)
            for number, one in enumerate(self.listed(given, place, most))
        )
        return tuple(sentence for sentence in found if sentence is not None)

    def listed(self, given: object, place: str, most: int) -> list[object]:
        if not isinstance(given, list):
            self.fault(place, "it must be a list")
            return []
        if len(given) > most:
            self.fault(place, f"{len(given)} items, not {most} at most")
        return given[: min(most, _MAX_ITEMS)]

    def sentence(self, given: object, place: str, measure: tuple[int, int]) -> DraftSentence | None:
        """The sentence with what is wrong with it; None where there are no words at all."""
        if not isinstance(given, dict):
            self.fault(place, "it must be an object with text, ids and quote")
            return None
        text = self.text_of(given, "text")
        if not text:
            self.fault(place, "it has no text")
            return None
        cites, faults = self.cites_of(given.get("ids"), place)
        quotes, quote_faults = self.quotes_of(given, cites, place)
        faults += quote_faults + self.wording_faults(text, place, measure) + self.form_faults(text, place)
        return DraftSentence(text, cites, quotes, tuple(dict.fromkeys(faults)))

    def text_of(self, given: dict[str, Any], key: str) -> str:
        value = given.get(key)
        if not isinstance(value, str):
            return ""
        text = value[: MAX_TEXT_CHARS + 1].encode("utf-8", "replace").decode()  # half a surrogate pair is no text
        return strip_invisible(unicodedata.normalize("NFC", text))

    def wording_faults(self, text: str, place: str, measure: tuple[int, int]) -> list[str]:
        faults = []
        fewest, most = measure
        number = count_words(text)
        if not fewest <= number <= most or len(text) > MAX_TEXT_CHARS:
            faults.append(self.fault(place, f"it has {number} words, not {fewest} to {most}"))
        way_out = find_exit(text) or speaks_to_somebody(text, self.language)
        if way_out:
            faults.append(self.fault(place, f"it holds {way_out}"))
        return faults

    def form_faults(self, text: str, place: str) -> list[str]:
        """What tells a sentence from a row of words: how it begins and ends, its small words, that it is new."""
        faults = []
        first = next((character for character in text if character.isalnum()), "")
        if first.islower() or not _SENTENCE_END.search(text):
            faults.append(self.fault(place, "it is not written as a sentence"))
        words = _WORD.findall(text.casefold())
        if len(words) >= _MIN_FORM_WORDS and self.stop_words:
            small = sum(word in self.stop_words for word in words)
            if small < _MIN_SMALL_SHARE * len(words):
                faults.append(self.fault(place, "it is a row of words and no sentence"))
        key = " ".join(words)
        if key in self.said:
            faults.append(self.fault(place, "it says again what is said before"))
        self.said.add(key)
        return faults

    def cites_of(self, given: object, place: str) -> tuple[tuple[int, ...], list[str]]:
        numbers = given if isinstance(given, list) else []
        known = [one for one in numbers if isinstance(one, int) and not isinstance(one, bool) and one in self.folded]
        cites = tuple(dict.fromkeys(known))[:MAX_CITES]
        if not numbers:
            return (), [self.fault(place, "it names no sentence of the article in ids")]
        if len(known) < len(numbers):
            return cites, [self.fault(place, "its ids name a sentence that is not there")]
        return cites, []

    def quotes_of(self, given: dict[str, Any], cites: tuple[int, ...], place: str) -> tuple[tuple[str, ...], list[str]]:
        """Words that stand in a cited sentence just so, marks and dashes apart."""
        quote = self.text_of(given, "quote").strip(" .…\"“”'‘’«»")
        fewest, most = QUOTE_WORDS
        if not fewest <= count_words(quote) <= most:
            return (), [self.fault(place, f"its quote must have {fewest} to {most} words")]
        if not any(locate_quotation(quote, self.folded[cite]) for cite in cites):
            return (), [self.fault(place, "its quote is not in the sentences it names, word for word")]
        return (quote,), []

    def is_other_language(self, text: str) -> bool:
        return (
            bool(self.language)
            and len(text) >= _MIN_LANGUAGE_CHARS
            and detect_language(text, self.language) != self.language
        )
