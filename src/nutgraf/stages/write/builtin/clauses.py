"""Tokens of a sentence with a rough word class each: just enough grammar to cut a sentence in safe places."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache

from nutgraf.text.lexicon import Lexicon, load_lexicon
from nutgraf.text.words import fold_typography

# Word classes. V is a finite verb, B a base form after "to" or a modal, E a participle, G a form in -ing,
# N whatever is left: nouns, names and adjectives.
DETERMINER, PREPOSITION, CONJUNCTION, SUBORDINATOR, PRONOUN = "D", "P", "C", "S", "O"
FINITE, BASE, PARTICIPLE, GERUND = "V", "B", "E", "G"
CONTENT, NUMBER, ADVERB, NEGATION, TO = "N", "#", "R", "X", "T"
COMMA, STOP, QUOTE, BRACKET, DASH = ",", ".", '"', "(", "—"

_ABBREVIATION = (
    r"(?=[A-Za-z]\w{0,4}\.)(?:(?:[A-Za-z]\.){2,}|(?:Mr|Mrs|Ms|Dr|St|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Jr|Sr|Prof|Rev|No|"
    r"vs|Inc|Co|Corp|Ltd|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.|(?<!\w)[A-Z]\.(?=\s[A-Z]))"
)
_NUMBER = r"[$€£¥]?\d(?:[\d.,:/]*\d)?(?:st|nd|rd|th|s|m|bn|k|%)?"
_TOKEN = re.compile(
    rf"{_ABBREVIATION}|{_NUMBER}|\w+(?:[’'\-‑&]\w+)*(?:(?<=[sS])[’'](?=\s))?|\.\.\.|[^\w\s]", re.UNICODE
)
_CURRENCIES = "$€£¥"
_MARKS = (
    dict.fromkeys("—–", DASH)
    | dict.fromkeys('"“”«»„', QUOTE)
    | dict.fromkeys("()[]{}", BRACKET)
    | dict.fromkeys(".!?;:…'", STOP)
    | {",": COMMA, "...": STOP}
)
_NUMBER_WORDS = frozenset(
    [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty",
        "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds", "thousand", "thousands",
        "million", "millions", "billion", "billions", "trillion", "dozen", "dozens", "percent", "per-cent",
    ]
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Token:
    """A word or mark: characters `start` to `end` of its sentence, folded lower-case form, word class.

    Two tokens are never equal, so that lists of them are searched by identity.
    """

    text: str
    low: str
    start: int
    end: int
    is_word: bool
    """Whether it counts as a word (marks do not)."""
    is_capital: bool
    tag: str = CONTENT


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, untagged."""
    folded = fold_typography(text).lower()
    if len(folded) != len(text):  # a few letters change length in lower case
        folded = text
    tokens = []
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        word, first = match.group(), text[start]
        is_word = first.isalnum() or (first in _CURRENCIES and end - start > 1)
        tokens.append(Token(word, folded[start:end], start, end, is_word, first.isupper()))
    return tokens


def tag_tokens(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Give each token its class, in place; two passes, the second decides what the first left open."""
    open_verbs: list[int] = []
    table = _tag_table(lexicon.code) if lexicon.known else _MARKS
    english, forms = lexicon.code == "en", lexicon.verb_forms
    nouns_in_ly = lexicon.words("nouns_in_ly")
    for position, token in enumerate(tokens):
        low = token.low
        tag = table.get(low)
        if tag is None:
            tag = _open_class(token, english, nouns_in_ly)
        elif tag == FINITE:
            tag = _closed_verb_class(tokens, position, lexicon)
        elif english and token.text in _NAMES_LIKE_WORDS and position + 1 < len(tokens):
            tag = CONTENT
        elif low == "since" and english and position and tokens[position - 1].low in ("has", "have", "had"):
            tag = ADVERB  # "has since been closed"
        token.tag = tag
        may_be_verb = tag == CONTENT and forms and (low in forms or low.endswith(_VERB_ENDINGS))
        if may_be_verb and _verb_class(tokens, position, lexicon) == "?":
            open_verbs.append(position)
    if lexicon.known and not forms:
        _find_verbs_by_ending(tokens, lexicon)
    for position in open_verbs:
        _decide_participle(tokens, position, lexicon)
    said = {token.low for token in tokens}  # most of what follows concerns few sentences
    if forms:
        _find_present_verbs(tokens, lexicon)
        if "," in said:
            _find_verb_past_aside(tokens, open_verbs)
        if "as" in said:
            _find_roles(tokens)
        if "her" in said:
            _find_owners(tokens)
        if not _PARTICLES.isdisjoint(said):
            _find_particles(tokens)
        if "," in said:
            _join_dates(tokens)
    if not _SINGLE_MARKS.isdisjoint(said):
        _pair_single_quotes(tokens)
    return tokens


def _join_dates(tokens: list[Token]) -> None:
    """The comma of "June 14, 2017" parts nothing."""
    for i in range(1, len(tokens) - 1):
        if (
            tokens[i].tag == COMMA
            and tokens[i - 1].tag == tokens[i + 1].tag == NUMBER
            and tokens[i + 1].start > tokens[i].end
        ):
            year = tokens[i + 1].text
            if len(year) == 4 and year.isdigit() and tokens[i - 1].text.isdigit():
                tokens[i].tag = NUMBER


def _find_verbs_by_ending(tokens: list[Token], lexicon: Lexicon) -> None:
    """Finite verbs that no list names: by their ending, behind an elision, or (German) behind a capital noun."""
    endings = tuple(lexicon.words("finite_endings"))
    finite = lexicon.words("finite_verbs")
    for before, token in itertools.pairwise(tokens):
        if token.tag != CONTENT or token.is_capital or not token.is_word:
            continue
        head, mark, tail = token.low.partition("'")
        if mark and tail in finite:
            token.tag = NEGATION if head == "n" else FINITE
            continue
        ends = before.tag not in (DETERMINER, PREPOSITION) and len(token.low) > 4 and token.low.endswith(endings)
        behind_noun = lexicon.code == "de" and before.is_capital and before.tag == CONTENT
        if ends or (behind_noun and token.low.endswith(("t", "en", "te"))):
            token.tag = FINITE


def _find_verb_past_aside(tokens: list[Token], open_verbs: list[int]) -> None:
    """ "Oster, 30, fled to the coast.": where no verb is finite, the form in -ed behind an aside is."""
    if any(token.tag == FINITE for token in tokens):
        return
    for position in open_verbs:
        past_comma = tokens[position].tag == PARTICIPLE and tokens[position - 1].tag == COMMA
        if past_comma and any(token.tag == COMMA for token in tokens[: position - 1]):
            tokens[position].tag = FINITE
            return


def _find_particles(tokens: list[Token]) -> None:
    """ "off" belongs to its verb where no noun follows: "was called off after …"."""
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        behind_verb = token.tag == PREPOSITION and before.tag in (FINITE, PARTICIPLE, BASE)
        if behind_verb and token.low in _PARTICLES and after.tag in _BEHIND_PARTICLE:
            token.tag = ADVERB


_BEHIND_PARTICLE = frozenset((PREPOSITION, SUBORDINATOR, COMMA, STOP, CONJUNCTION, DASH, TO))
_PARTICLES = frozenset(("off", "out", "up", "down", "over", "through"))


def _find_owners(tokens: list[Token]) -> None:
    """ "her" before a noun is a possessive."""
    for token, after in itertools.pairwise(tokens):
        if token.low == "her" and after.tag in (CONTENT, NUMBER):
            token.tag = DETERMINER


def _find_roles(tokens: list[Token]) -> None:
    """ "as" is a preposition where no clause follows: "will serve as the commander"."""
    for position, token in enumerate(tokens):
        if token.low != "as" or token.tag != SUBORDINATOR:
            continue
        for after in tokens[position + 1 :]:
            if after.tag in (FINITE, SUBORDINATOR):
                break
            if after.tag in (COMMA, STOP, DASH, QUOTE):
                token.tag = PREPOSITION
                break


def _closed_verb_class(tokens: list[Token], position: int, lexicon: Lexicon) -> str:
    """Class of a word that the list of finite verbs has: no verb as a name, behind "to" or behind an article."""
    token = tokens[position]
    if token.text in ("May", "Will") and token.start > 0:
        return CONTENT
    if lexicon.code != "en":
        return FINITE
    if position and tokens[position - 1].low == "to":
        tokens[position - 1].tag = TO
        return BASE  # "to do", "to have"
    is_noun = position > 0 and token.low.endswith("s") and _is_noun_here(tokens, position, lexicon)
    return CONTENT if is_noun or (token.text in _NAMES_LIKE_WORDS and position + 1 < len(tokens)) else FINITE


def _is_noun_here(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether a preposition or article before it makes a noun of "lives" or "needs"."""
    if tokens[position].low in lexicon.words("auxiliaries") or tokens[position].low == "does":
        return False
    return tokens[position - 1].tag in (PREPOSITION, DETERMINER) and tokens[position - 1].low not in _DEMONSTRATIVES


_DEMONSTRATIVES = frozenset(("this", "that", "all", "each"))
_NAMES_LIKE_WORDS = frozenset(("US", "IS", "IT", "WHO", "OR", "AM", "DO"))


def _pair_single_quotes(tokens: list[Token]) -> None:
    """Tag 'single', ‘typographic’ and ``typewritten'' quotation marks that come in pairs; apostrophes stay."""
    marks = [position for position, token in enumerate(tokens) if token.text in _SINGLE_MARKS]
    opening: Token | None = None
    for position in marks if len(marks) > 1 else ():
        token = tokens[position]
        before = tokens[position - 1] if position else None
        after = tokens[position + 1] if position + 1 < len(tokens) else None
        tight_before = before is not None and before.end == token.start
        tight_after = after is not None and after.start == token.end
        if token.text == "`" or (token.text != "’" and tight_after and not tight_before):
            opening = token
        elif opening is not None and (tight_before or (after is not None and after.text == "'" and tight_after)):
            opening.tag = token.tag = QUOTE
            opening = None


_SINGLE_MARKS = frozenset("'‘’`")


_SEGMENT_ENDS = frozenset((COMMA, STOP, QUOTE, DASH, SUBORDINATOR, BRACKET))


def _find_present_verbs(tokens: list[Token], lexicon: Lexicon) -> None:
    """In a part of the sentence without a finite verb, a base form behind a plural noun is one: "Birds feed on"."""
    start = 0
    for position in range(len(tokens) + 1):
        if position < len(tokens) and tokens[position].tag not in _SEGMENT_ENDS:
            continue
        if not any(token.tag == FINITE for token in tokens[start:position]):
            _find_present_verb(tokens, start, position, lexicon)
        start = position + 1


def _find_present_verb(tokens: list[Token], start: int, end: int, lexicon: Lexicon) -> None:
    for i in range(start + 1, end - 1):
        token, before, after = tokens[i], tokens[i - 1], tokens[i + 1]
        if before.tag == ADVERB and i > start + 1:
            before = tokens[i - 2]
        if token.tag != CONTENT or token.is_capital or before.tag not in (CONTENT, PRONOUN):
            continue
        if lexicon.verb_forms.get(token.low) not in ("base", "base_or_past") or before.low in lexicon.words(
            "noun_modifiers"
        ):
            continue
        past_adverb = before is not tokens[i - 1] or after.tag == ADVERB
        plural = _is_plural(before, lexicon) or _has_plural_head(tokens[start:i], lexicon, past_adverb)
        if plural and after.tag in (PREPOSITION, DETERMINER, ADVERB, CONTENT, NUMBER, PRONOUN) and after.low != "of":
            token.tag = FINITE
            return


def _is_plural(token: Token, lexicon: Lexicon) -> bool:
    if token.low in lexicon.words("plural_nouns") or token.low in ("they", "we", "you", "who"):
        return True
    return token.low.endswith("s") and not token.low.endswith(("ss", "'s", "us", "is"))


def _has_plural_head(subject: list[Token], lexicon: Lexicon, past_adverb: bool) -> bool:
    """Whether the noun before the first preposition is plural: "Farmers in Palo Verde | use"."""
    link = next(
        (i for i in range(1, len(subject)) if subject[i].tag == PREPOSITION and subject[i - 1].tag == CONTENT), 0
    )
    if (
        link < 1
        or subject[0].tag not in (CONTENT, DETERMINER, NUMBER, PREPOSITION)
        or any(t.tag == CONJUNCTION for t in subject)
    ):
        return False
    return _is_plural(subject[link - 1], lexicon) and (subject[-1].is_capital or past_adverb)


@cache
def _tag_table(code: str) -> dict[str, str]:
    """Word class of every word whose class is closed, and of the marks."""
    lexicon = load_lexicon(code)
    table: dict[str, str] = {}
    for name, tag in reversed(_CLASS_ORDER):
        table.update(dict.fromkeys(lexicon.words(name), tag))
    return table | dict.fromkeys(_NUMBER_WORDS, NUMBER) | _MARKS


def _open_class(token: Token, english: bool, nouns_in_ly: frozenset[str]) -> str:
    if not token.is_word:
        return CONTENT
    first = token.text[0]
    if not first.isalpha() and (first.isdigit() or first in _CURRENCIES):
        return NUMBER
    if (
        english
        and token.low.endswith("ly")
        and len(token.low) > 4
        and not token.is_capital
        and token.low not in nouns_in_ly
    ):
        return ADVERB
    return CONTENT


_CLASS_ORDER = (
    ("complementizers", SUBORDINATOR),
    ("possessives", DETERMINER),
    ("finite_verbs", FINITE),
    ("articles", DETERMINER),
    ("negations", NEGATION),
    ("personal_pronouns", PRONOUN),
    ("first_person", PRONOUN),
    ("determiners", DETERMINER),
    ("pronouns", PRONOUN),
    ("prepositions", PREPOSITION),
    ("conjunctions", CONJUNCTION),
    ("subordinators", SUBORDINATOR),
    ("adverbs", ADVERB),
)


def _verb_class(tokens: list[Token], position: int, lexicon: Lexicon) -> str:
    """Class of a word that may be a verb, from its form and its neighbours; "?" where the clause must decide."""
    token = tokens[position]
    form = lexicon.verb_forms.get(token.low)
    before = _previous_word(tokens, position)
    if form is None or (token.is_capital and token.start > 0 and (before is None or before.end + 1 >= token.start)):
        if token.low.endswith("ed") and len(token.low) > 4 and not token.is_capital and not token.low.endswith("eed"):
            return _unknown_past(tokens, position, lexicon, before)
        if token.low.endswith("ing") and len(token.low) > 5 and token.text.islower():
            token.tag = GERUND if before is None or before.tag != DETERMINER else CONTENT
        return token.tag
    previous = before.tag if before else STOP
    if (
        previous == DETERMINER
        and before
        and before.low not in ("this", "that", "these", "those", "all", "both", "some", "few", "many", "most")
    ):
        return token.tag
    if form == "ing":
        token.tag = CONTENT if _is_ing_noun(tokens, position, lexicon) else GERUND
        return token.tag
    auxiliary = _auxiliary_before(tokens, position, lexicon)
    if form in ("base", "base_or_past"):
        token.tag = _base_class(tokens, position, lexicon, previous, auxiliary)
        return token.tag
    if auxiliary and form in ("participle", "past_or_participle"):
        token.tag = PARTICIPLE
        return token.tag
    if form == "participle":
        token.tag = PARTICIPLE
        return token.tag
    if form == "past":
        token.tag = FINITE if previous not in (PREPOSITION, DETERMINER) else CONTENT
        return token.tag
    if form == "s":
        token.tag = _s_form_class(tokens, position, lexicon, previous)
        return token.tag
    if previous in (PREPOSITION,) and token.low not in lexicon.words("attribution_verbs"):
        token.tag = CONTENT
        return token.tag
    token.tag = "?"
    return "?"


def _is_ing_noun(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether a word in -ing is a noun here: "Wednesday's hearing", "training for its staff"."""
    before = tokens[position - 1] if position else None
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if before is not None and before.low.endswith(("'s", "s'")):
        return True
    if tokens[position].low not in lexicon.words("ing_nouns"):
        return False
    governed = before is not None and (before.low in lexicon.words("be_forms") or before.tag == SUBORDINATOR)
    return not governed and (after is None or after.tag not in (DETERMINER, PRONOUN, NUMBER))


def _unknown_past(tokens: list[Token], position: int, lexicon: Lexicon, before: Token | None) -> str:
    """Class of a word in -ed that the list of verbs does not have."""
    token = tokens[position]
    if _auxiliary_before(tokens, position, lexicon):
        token.tag = PARTICIPLE
    elif before is not None and before.tag in (CONTENT, ADVERB) and not before.low.endswith(("'s", "s'")):
        token.tag = "?"
    return token.tag


def _base_class(tokens: list[Token], position: int, lexicon: Lexicon, previous: str, auxiliary: bool) -> str:
    token = tokens[position]
    before = _previous_word(tokens, position)
    if before is not None and (before.low == "to" or (auxiliary and before.low in lexicon.words("modals"))):
        if before.low == "to":
            before.tag = TO
        return BASE
    if auxiliary and _modal_before(tokens, position, lexicon):
        return BASE
    if before is not None and before.low in ("help", "helps", "helped"):
        return BASE
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    plural = before is not None and (
        before.low in ("they", "we", "i", "you", "who", "people")
        or (before.tag == CONTENT and before.low.endswith("s") and not before.low.endswith(("ss", "'s", "us")))
    )
    if plural and after is not None and (after.tag != STOP) and _starts_object(after, lexicon):
        return FINITE
    past = lexicon.verb_forms.get(token.low) == "base_or_past"
    if past and auxiliary:
        return PARTICIPLE
    if past and previous in (CONTENT, PRONOUN, ADVERB) and after is not None and _starts_object(after, lexicon):
        return FINITE
    return CONTENT


def _s_form_class(tokens: list[Token], position: int, lexicon: Lexicon, previous: str) -> str:
    token = tokens[position]
    if token.low in lexicon.words("attribution_verbs") and token.low not in (
        "reports",
        "estimates",
        "calls",
        "claims",
        "notes",
    ):
        return CONTENT if previous in (DETERMINER, NUMBER, PREPOSITION, BASE, GERUND) else FINITE
    before = _previous_word(tokens, position)
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if token.low == "helps":
        return FINITE
    if previous not in (CONTENT, PRONOUN, ADVERB, SUBORDINATOR, COMMA, CONJUNCTION):
        return CONTENT
    if before is not None and before.low.endswith(("'s", "s'")):
        return CONTENT
    if before is not None and before.tag == CONTENT and before.low.endswith("s") and not before.low.endswith("ss"):
        return CONTENT
    if after is not None and (_starts_object(after, lexicon) or (after.is_capital and previous == CONTENT)):
        return FINITE
    return CONTENT


_VERB_ENDINGS = ("ed", "ing")
_DAYS = ("today", "tonight", "tomorrow", "yesterday", "now")


def _starts_object(token: Token, lexicon: Lexicon) -> bool:
    """Whether `token` can begin what follows a verb but hardly what follows a noun."""
    low = token.low
    return (
        low in lexicon.words("determiners")
        or low in lexicon.words("pronouns")
        or low in lexicon.words("subordinators")
        or low in ("to", "not", "about", "into", "up", "out", "down", "with", "again", *_DAYS)
        or token.text[:1].isdigit()
        or low in _NUMBER_WORDS
        or low.endswith("ly")
    )


def _decide_participle(tokens: list[Token], position: int, lexicon: Lexicon) -> None:
    """A form like "voted" is the clause's finite verb, or a participle where the clause has another finite verb."""
    token = tokens[position]
    token.tag = FINITE
    if token.low in lexicon.words("attribution_verbs") and token.low not in (
        "called",
        "described",
        "expected",
        "reported",
        "accused",
        "asked",
    ):
        return
    before = tokens[position - 1] if position else None
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    apart = before is None or before.tag in (COMMA, DASH)
    following = tokens[position + 2] if position + 2 < len(tokens) else None
    if after is not None and after.low == "on" and following is not None and following.low in lexicon.words("weekdays"):
        return
    if token.low == "used" and after is not None and after.low == "to" and _verb_follows(tokens, position + 2):
        token.tag = PARTICIPLE  # "pipes used to heat homes and shops were shut"
        return
    if _is_reduced(tokens, position, lexicon):
        token.tag = PARTICIPLE
        return
    takes_object = before is not None and after is not None and after.tag in (DETERMINER, NUMBER, PRONOUN)
    if (apart or (after is not None and after.low == "by")) and not takes_object:
        token.tag = PARTICIPLE
        return
    if (
        after is not None
        and after.tag == CONTENT
        and before is not None
        and before.tag in (CONTENT, NUMBER, CONJUNCTION)
        and not (before.is_capital)
    ):
        following = tokens[position + 2] if position + 2 < len(tokens) else None
        if following is not None and following.tag == FINITE:
            token.tag = PARTICIPLE
            return
    objectless = after is not None and after.tag == PREPOSITION and token.low in lexicon.words("done_to_participles")
    if objectless and any(later.tag == FINITE for later in tokens[position + 1 :]):
        token.tag = PARTICIPLE  # "a man convicted in the killings of two women and a guard was released"
        return
    if after is not None and after.tag in (PREPOSITION, NUMBER, ADVERB, TO):
        for later in tokens[position + 1 :]:
            if later.tag in (COMMA, STOP, SUBORDINATOR, CONJUNCTION, DASH, PRONOUN):
                return
            if later.tag == FINITE:
                token.tag = PARTICIPLE
                return


def _verb_follows(tokens: list[Token], start: int) -> bool:
    """Whether a finite verb follows before the next mark."""
    for token in tokens[start:]:
        if token.tag in (COMMA, STOP, DASH, SUBORDINATOR):
            return False
        if token.tag == FINITE:
            return True
    return False


def _is_reduced(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether a form in -ed describes the noun before it, its clause having a verb: "found a ship | built in 1911"."""
    before = tokens[position - 1] if position else None
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if before is None or before.tag not in (CONTENT, NUMBER) or after is None:
        return False
    if after.tag not in (PREPOSITION, ADVERB) and tokens[position].low not in ("named", "called"):
        return False
    sayings = lexicon.words("attribution_verbs") | lexicon.words("factive_verbs")
    for token in reversed(tokens[:position]):
        if token.tag in (COMMA, STOP, DASH, QUOTE, SUBORDINATOR, CONJUNCTION):
            return False
        if token.tag == FINITE:
            return token.low not in sayings
    return False


def _previous_word(tokens: list[Token], position: int) -> Token | None:
    if position == 0:
        return None
    return tokens[position - 1]


def _auxiliary_before(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    """Whether an auxiliary governs the word, with nothing but adverbs, negations and pronouns between."""
    for token in reversed(tokens[max(0, position - 4) : position]):
        if token.tag != CONTENT and (token.low in lexicon.words("auxiliaries") or token.low in lexicon.words("modals")):
            return True
        if token.tag not in (ADVERB, NEGATION, PRONOUN):
            return False
    return False


def _modal_before(tokens: list[Token], position: int, lexicon: Lexicon) -> bool:
    for token in reversed(tokens[max(0, position - 4) : position]):
        if token.low in lexicon.words("modals"):
            return True
        if token.tag not in (ADVERB, NEGATION, PRONOUN):
            return False
    return False


def count_words(text: str) -> int:
    """Words of `text`; in a script without spaces two characters count as one word, four in one with an alphabet."""
    spaced = len(text.split())
    if spaced * 14 >= len(text):
        return spaced
    letters = sum(character.isalnum() for character in text)
    alphabetic = any("\u0e00" <= character < "\u1800" for character in text)  # Thai, Lao, Burmese, Khmer
    return max(spaced, letters // (4 if alphabetic else 2))


def has_finite_verb(tokens: list[Token]) -> bool:
    """Whether one of the tokens is a finite verb."""
    return any(token.tag == FINITE for token in tokens)
