"""How a language model is to write: language, tone, length, and an operator's own instructions beside ours."""

from __future__ import annotations

import enum
from dataclasses import dataclass

PROMPT_VERSION = "1"
"""Of the instructions that come with Nutgraf; it changes with their words, so that briefs can be told apart."""


LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
"""ISO 639-1 codes of the languages that can be asked for, with their names in English."""


class Tone(enum.StrEnum):
    """How the sentences sound; what they may say is the same in each."""

    PLAIN = "plain"
    FORMAL = "formal"
    LIVELY = "lively"


class Length(enum.StrEnum):
    """How much of what a brief may hold is used."""

    SHORT = "short"
    STANDARD = "standard"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class WritingStyle:
    """`language` is an ISO 639-1 code, empty for the article's own. `own_prompt` comes with its `own_version`."""

    language: str = ""
    tone: Tone = Tone.PLAIN
    length: Length = Length.STANDARD
    own_prompt: str = ""
    own_version: str = ""

    @property
    def version(self) -> str:
        """What is stored with each brief: our version, what was chosen beside the default, the operator's version."""
        chosen = [
            self.language,
            self.tone.value if self.tone is not Tone.PLAIN else "",
            self.length.value if self.length is not Length.STANDARD else "",
            self.own_version,
        ]
        return " ".join([PROMPT_VERSION, *filter(None, chosen)])
