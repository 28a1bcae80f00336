"""People's names in an article: which surname belongs to which full name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nutgraf.text.lexicon import Lexicon

_PART = r"(?:[A-ZÀ-ÖØ-ÞŁŚŠŽČĆ][\w’'\-]*[\w]|[A-Z]\.)"
_PARTICLE = r"(?: (?:de|del|della|der|den|di|da|dos|do|la|le|van|von|bin|ibn|al|el|ten|ter|y|zu))*"
_FULL_NAME = re.compile(rf"{_PART}(?:{_PARTICLE} {_PART}){{1,3}}")
_CAPITALISED = re.compile(r"\b[A-ZÀ-ÖØ-ÞŁŚŠŽČĆ][\w’'\-]*\w")
_POSSESSIVE = re.compile(r"[’']s?$")
_LOWER_WORD = re.compile(r"\b[a-zà-ÿ]{3,}\b")
_SAID = r"(?:said|says|told|tells|added|adds|explained|explains|wrote|writes|recalled|recalls|asked|argued|argues)"
_NAME = r"[A-ZÀ-ÖØ-ÞŁŚŠŽČĆ][\w’'\-]*\w"
# A name that speaks, is spoken of as "who" or "he", or bears a title; and a name that things are in.
# The letters that any of these begins with are asked for first: it makes the search faster by half.
_BEARERS = re.compile(
    rf"(?=[A-ZÀ-ÖØ-ÞŁŚŠŽČĆaerstw])(?:({_NAME}),? {_SAID}\b|\b{_SAID} (?:{_NAME} ){{0,3}}({_NAME})"
    rf"|({_NAME}), (?:who|whose|\d\d)\b"
    rf"|\b(?:President|Senator|Sen\.|Rep\.|Gov\.|Judge|Dr\.|Mr\.|Ms\.|Mrs\.|Minister|Mayor) (?:{_NAME} )?({_NAME}))"
)
_PLACES = re.compile(rf"\b(?:in|In|into|across|throughout|near) (?:{_NAME} )?({_NAME})")
_NO_FIRST_NAMES = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "northern",
        "southern",
        "eastern",
        "western",
        "new",
        "san",
        "los",
        "united",
        "great",
        "saudi",
        "islamic",
    ]
)
_ROLES = frozenset(
    [
        "candidate",
        "senior",
        "foreign",
        "prime",
        "vice",
        "former",
        "speaker",
        "sheriff",
        "chief",
        "nominee",
        "ambassador",
        "editor",
    ]
)
_MAX_NAMES = 200


class NameBook:
    """Surnames of an article with the full names they stand for."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self._full: dict[str, list[str]] = {}
        self._lexicon = lexicon
        self._people = {name for found in _BEARERS.findall(text) for name in found if name}
        self._people -= {match.group(1) for match in _PLACES.finditer(text)}
        lower, determiners = set(_LOWER_WORD.findall(text)), lexicon.words("determiners")
        honorifics = lexicon.words("honorifics")
        self._before_names = honorifics | lexicon.words("stop_words") | lexicon.words("adverbs")
        self._before_names |= lexicon.words("prepositions") | lexicon.words("subordinators")
        self._roles = honorifics | lexicon.words("person_nouns") | _ROLES
        self._calendar = lexicon.words("weekdays") | lexicon.words("months")
        for match in _FULL_NAME.finditer(text):
            if len(self._full) >= _MAX_NAMES:
                break
            name = self._trim(match.group())
            if name and " " in name and "the " not in text[max(0, match.start() - 4) : match.start()].lower():
                last = name.rsplit(" ", 1)[1]
                if last.endswith("s") and last[:-1] in text.replace(last, ""):
                    continue  # "Kansas Republicans"
                first = name.split(" ", 1)[0].lower()
                if last.lower() in lower or first in lower or first in determiners:
                    continue  # "Needy Families", "Several Oklahoma"
                names = self._full.setdefault(name.rsplit(" ", 1)[1], [])
                if name not in names:
                    names.append(name)

    def _trim(self, name: str) -> str:
        parts = _POSSESSIVE.sub("", name).split(" ")
        while parts and (
            parts[0].lower().rstrip(".") in self._before_names
            or parts[0].lower().startswith(("president-", "ex-", "vice"))
        ):
            parts.pop(0)
        held = [i for i, part in enumerate(parts) if part.lower().rstrip(".") in self._roles]
        parts = parts[held[-1] + 1 :] if held else parts
        if any(part.lower() in self._calendar for part in parts):
            return ""
        return " ".join(parts)

    def is_person(self, surname: str) -> bool:
        """Whether the article treats the bearer of `surname` as one person: it speaks or has a title, with one name."""
        names = self.full_names(surname)
        if surname not in self._people or len(names) != 1:
            return False
        first = names[0].split(" ", 1)[0]
        known = self._lexicon.words("source_nouns") | self._lexicon.words("stop_words")
        return not ({first.lower(), surname.lower()} & (known | _NO_FIRST_NAMES) or first.lower().endswith("ing"))

    def surnames(self) -> list[str]:
        """Every surname, in order of appearance."""
        return list(self._full)

    def full_names(self, surname: str) -> list[str]:
        """The full names that end in `surname`, in order of appearance."""
        return self._full.get(surname, [])

    def lone_surnames(self, text: str) -> Iterable[tuple[int, str, str]]:
        """Surnames that stand alone in `text`: (offset, surname, full name), full name empty where it is ambiguous."""
        for match in _CAPITALISED.finditer(text):
            surname = _POSSESSIVE.sub("", match.group())
            names = self._full.get(surname)
            if not names or self._beside_capital(text, match.start(), match.start() + len(match.group())):
                continue
            yield match.start(), surname, names[0] if self.is_person(surname) else ""

    def _beside_capital(self, text: str, start: int, end: int) -> bool:
        before = text[:start].rsplit(None, 1)
        word = before[-1] if before and text[start - 1 : start] == " " else ""
        if word.lower() in ("the", "&") or text[start - 1 : start] in ("-", "’", "'", "&"):
            return True
        if word[:1].isupper() and word.lower().rstrip(".") not in self._lexicon.words(
            "honorifics"
        ) | self._lexicon.words("stop_words"):
            return True
        following = text[end : end + 2]
        if text[end : end + 2] == " &":
            return True  # a firm's name
        return len(following) == 2 and following[0] == " " and following[1].isupper()
