"""What stands among an article's paragraphs but is not its story: captions, credits, appeals, datelines, labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from nutgraf.domain.article import Article, Paragraph, ParagraphKind
from nutgraf.text.lexicon import Lexicon
from nutgraf.text.spoken_to import is_no_reporting

_DATELINE = re.compile(
    r"^\(?(?:[A-ZÀ-Þ][A-ZÀ-Þ.’'\-]+(?:[ ,/]+(?:and (?=[A-ZÀ-Þ]{2})|of )?[A-ZÀ-Þ][\w.’'\-]*){0,7}"
    r"[ ,]*(?:\d{1,2}[ ,]*)?(?:\d{4})?[ ,]*)?"
    r"(?:\([^()]{2,40}\))?\s*(?:—|–|--|-)\s+(?=\S)"
)
_DATED_PLACE = re.compile(r"^[A-ZÀ-Þ][\w.’'\- ]{2,30}, (?:\d{1,2}\.? \w{3,10}|\w{3,10}\.? \d{1,2},) \d{4} [—–-]+ ")
_AGENCY = re.compile(
    r"^(?:[A-Z][\w.,’' ]{2,40})?\((?:CNN|AP|Reuters|AFP|UPI|dpa|DPA|EFE|ANSA|PA|Bloomberg|CNN Business)\)\s*"
    r"(?:[—–-]+\s*)?"
)
_LABEL = re.compile(r"^(?:[A-ZÀ-Þ][A-ZÀ-Þ .’'\-]{1,30}(?:, (?:HOST|BYLINE|ANCHOR))?|Q|A|Q\.|A\.):\s")
_HOST = re.compile(r"^[A-ZÀ-Þ][A-ZÀ-Þ .’'\-]{1,30}, (?:HOST|BYLINE|ANCHOR):\s+")
_NAME_LABEL = re.compile(r"[A-ZÀ-Þ][\w.’'\-]*(?: [A-ZÀ-Þ][\w.’'\-]*){0,3}: ?(?=[A-ZÀ-Þ“\"])")
_CLOCK = re.compile(r"^\d{1,2}[:.]\d{2}\s?(?:[ap]\.?m\.?|Uhr|GMT|BST|ET|h)?\s*[-–—:|]?\s")
_NUMERAL = re.compile(r"^(?:[IVX]{1,4}|\d{1,2})[.)]\s+(?=[A-ZÀ-Þ“\"])")
_BYLINE = re.compile(r"^(?:By|Von|Par|Por|Di|Door)\s+(?:[A-ZÀ-Þ][\w.’'\-]+\s*){1,5}(?:,|$)")
_AGENCIES = ("Getty", "AFP", "Reuters", "Shutterstock", "Imago", "dpa", "/NPR", "/AP", "AP Photo", "EPA")
_CREDIT = re.compile(r"\(?[^()]{3,60}/[A-Z]\w+\)?$")
_FINAL = re.compile(r"[.!?…。！？।؟։۔][\"”’»“')\]]*\s*$")
_SENTENCE = re.compile(r"\w{2}[.!?][\"”’]? [A-ZÀ-Þ]")
_LONGEST_FURNITURE = 900  # characters: a longer paragraph is the story's, whatever it mentions
_LONGEST_ORDER = 300
_BLANK_WORDS = re.compile(r"^[\W_]+$")
_LOWER = re.compile(r"[a-zà-ÿ]")
_COMMON = ("http://", "https://", "www.", "@", "©", "getty images", "pic.twitter.com")
# Scripts in which a sentence need not end in a mark known here.
_LATIN = re.compile(r"[A-Za-zÀ-ÿ]")

STORY_KINDS = frozenset({ParagraphKind.BODY, ParagraphKind.QUOTE})


def is_furniture(text: str, phrases: Iterable[str], openings: Iterable[str]) -> bool:
    """Whether the paragraph `text` is no part of the story: a caption, credit, byline, appeal, note or label.

    `phrases` are those of its language that only such paragraphs have, `openings` what only their sentences begin with.
    """
    if _BLANK_WORDS.match(text) or (_BYLINE.match(text) and len(text) < 120):
        return True
    if text.rstrip().endswith(_AGENCIES) or _CREDIT.match(text):
        return True
    low = text[skip_opening(text) :].lower()
    if len(text) < 600 and any(phrase in low for phrase in _COMMON):
        return True
    if len(text) >= _LONGEST_FURNITURE:
        return False
    return any(phrase in low for phrase in phrases) or any(_opens_sentence(phrase, low) for phrase in openings)


def _opens_sentence(phrase: str, low: str) -> bool:
    """Whether a sentence of `low` begins with the words of `phrase`: "Subscribe here", not "3,000 subscribers"."""
    start = low.find(phrase)
    while start >= 0:
        before, end = low[:start].rstrip(' "”’)'), start + len(phrase)
        if (not before or before[-1] in ".!?…") and not low[end : end + 1].isalnum():
            return True
        start = low.find(phrase, end)
    return False


def is_labelled(text: str) -> bool:
    """Whether the paragraph begins with a speaker's label, as transcripts do."""
    return _LABEL.match(text) is not None


def ends_like_prose(text: str) -> bool:
    """Whether `text` ends in a sentence-final mark, or leads on to a list behind a whole sentence.

    Headings and captions in Latin script seldom do.
    """
    if text.endswith(":") and _SENTENCE.search(text):
        return True
    return _FINAL.search(text) is not None or _LATIN.search(text) is None


def skip_opening(text: str) -> int:
    """Number of characters at the start of a paragraph that are a dateline, an agency's mark or a clock time."""
    skipped = 0
    for pattern in (_CLOCK, _NUMERAL, _HOST, _AGENCY, _DATED_PLACE, _DATELINE):
        match = pattern.match(text[skipped:])
        if match and match.end() < len(text) - skipped - 20:
            skipped += match.end()
    return skipped


def story_paragraphs(article: Article, lexicon: Lexicon) -> list[Paragraph]:
    """The paragraphs that tell the story, in order; all of BODY kind where the rules would leave nothing."""
    paragraphs = article.paragraphs or (Paragraph(0, len(article.text)),)
    labels = Counter(m.group() for p in paragraphs if (m := _NAME_LABEL.match(article.text[p.start : p.start + 60])))
    whole = article.text.lower()
    # Few of the phrases stand in any one article: those that do are looked for in each paragraph.
    phrases = [phrase for phrase in lexicon.phrase_list("furniture") if phrase in whole]
    openings = [phrase for phrase in lexicon.phrase_list("furniture_openings") if phrase in whole]
    texts = [(paragraph, article.text[paragraph.start : paragraph.end]) for paragraph in paragraphs]
    story = [
        paragraph
        for paragraph, text in texts
        if paragraph.kind in STORY_KINDS
        and not is_furniture(text, phrases, openings)
        and not is_labelled(text)
        and not (len(text) < _LONGEST_ORDER and is_no_reporting(text, lexicon.code))
        and not ((match := _NAME_LABEL.match(text[:60])) and labels[match.group()] > 1)
        and ends_like_prose(text)
    ]
    if not story and texts and _HOST.match(texts[0][1]):
        return [texts[0][0]]  # a transcript: its host says what it is about
    if story:
        return story
    return [p for p, text in texts if p.kind in STORY_KINDS and not is_furniture(text, phrases, openings)]
