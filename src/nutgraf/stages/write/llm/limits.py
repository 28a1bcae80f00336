"""The lengths of a brief's parts (DESIGN section 1) and the bounds of what is sent to and read from a model."""

from __future__ import annotations

DEK_WORDS = (10, 25)
PARAGRAPH_WORDS = (50, 110)
PARAGRAPH_SENTENCES = (2, 4)
SENTENCE_WORDS = (4, 45)
TITLE_WORDS = (3, 9)
EXPLANATION_WORDS = (12, 40)
INSIGHTS = 3
TAKEAWAYS = 2

MAX_CITES = 4
QUOTE_WORDS = (2, 20)

MAX_PART_CHARS = 10_000
"""Article text in one call: some 1,600 words, which with instructions and answer fit 4,096 tokens, the least common."""
MAX_ARTICLE_CHARS = 120_000
"""As far as an article is searched for proof; what comes after could not be vouched for."""

MAX_ANSWER_DEPTH = 6
MAX_TEXT_CHARS = 600

_SPACELESS = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\u0e00", "\u0e7f"))
_CHARS_PER_WORD = 2


def count_words(text: str) -> int:
    """Words of `text` as white space parts them; of scripts without it, two characters are a word."""
    dense = sum(any(first <= character <= last for first, last in _SPACELESS) for character in text)
    return len(text.split()) + dense // _CHARS_PER_WORD if dense > len(text) // 4 else len(text.split())


def paragraph_words(article_words: int) -> tuple[int, int]:
    """Fewest and most words of What happened: an article of few words gives fewer, and nothing is padded."""
    fewest, most = PARAGRAPH_WORDS
    return min(fewest, article_words * 2 // 5), most
