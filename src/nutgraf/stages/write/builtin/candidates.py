"""The article's sentences as a writer sees them: cleaned of furniture, measured, marked where they lean on others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nutgraf.domain.article import Article
from nutgraf.stages.write.builtin.clauses import Token, count_words, tag_tokens, tokenize
from nutgraf.stages.write.builtin.furniture import skip_opening, story_paragraphs
from nutgraf.stages.write.builtin.leaning import Leaning, drop_links, drop_opening, judge_leaning, opens_with_pronoun
from nutgraf.text.lexicon import Lexicon
from nutgraf.text.spoken_to import gives_orders

MAX_CANDIDATES = 240
"""Sentences looked at: beyond about 5,000 words nothing new decides what a story says, and cost stays bounded."""
MAX_SENTENCE_WORDS = 70

# A full stop with no space after it: link text glued to the next sentence. One part is taken.
_GLUED = re.compile(r"(?<=[a-z”\"’)\]]{2}[.!?])(?=[A-ZÀ-Þ“\"][a-z]+ )")


_CUT_OFF = re.compile(r"(?:Dr|Mr|Mrs|Ms|Sen|Rep|Gov|Gen|Prof)\.$")  # link text glued to a title: "saysDr."
_BULLET = re.compile(r"^[\s\-–—*•·▪‣;；|>#]+")


@dataclass(slots=True)
class Candidate:
    """A sentence that may be used: source index, cleaned text, and what is known of it.

    `rests_on`: other source sentences whose words were put in; `before`: the candidate as it was before that.
    """

    index: int
    text: str
    position: int
    paragraph: int
    starts_paragraph: bool
    tokens: list[Token]
    leaning: Leaning
    word_count: int
    words: list[str] = field(default_factory=list)
    rests_on: tuple[int, ...] = ()
    before: Candidate | None = None


def read_candidates(article: Article, lexicon: Lexicon) -> list[Candidate]:
    """The usable sentences of the story in order, at most MAX_CANDIDATES; furniture and datelines are left out."""
    candidates: list[Candidate] = []
    sentences = article.sentences
    cursor = 0
    has_capitals = article.text != article.text.lower()
    for number, paragraph in enumerate(story_paragraphs(article, lexicon)):
        while cursor < len(sentences) and sentences[cursor].start < paragraph.start:
            cursor += 1
        first = True
        while cursor < len(sentences) and sentences[cursor].end <= paragraph.end:
            sentence = sentences[cursor]
            text = article.text[sentence.start : sentence.end]
            if first:
                text = text[skip_opening(text) :]
            if has_capitals and text[:1].islower():
                cursor += 1  # the rest of a sentence that its publisher broke
                continue
            for piece in _GLUED.split(text):
                candidate = _make_candidate(sentence.index, piece.strip(), len(candidates), number, first, lexicon)
                if candidate is not None:
                    candidates.append(candidate)
                first = False
            cursor += 1
            if len(candidates) >= MAX_CANDIDATES:
                return candidates
    return candidates


def _make_candidate(
    index: int, text: str, position: int, paragraph: int, first: bool, lexicon: Lexicon
) -> Candidate | None:
    text = _BULLET.sub("", text)
    if gives_orders(text, lexicon.code):
        return None
    word_count = count_words(text)
    if word_count < 3 or word_count > MAX_SENTENCE_WORDS or text.endswith(":") or _CUT_OFF.search(text):
        return None
    text = drop_links(drop_opening(text, lexicon), lexicon)
    tokens = tag_tokens(tokenize(text), lexicon)
    words = [token.low for token in tokens if token.is_word]
    leaning = judge_leaning(text, tokens, lexicon)
    if position == 0 and not opens_with_pronoun(tokens, lexicon):
        leaning.previous = False  # nothing stands before it that it could lean on
    return Candidate(index, text, position, paragraph, first, tokens, leaning, word_count, words)
