"""The language files: each loads, says nothing that nobody reads, and gives a brief in its language."""

import re
from pathlib import Path

import pytest

import nutgraf.data
from nutgraf.stages.extract.assemble import article_from_text
from nutgraf.stages.write.builtin import BuiltinWriter, candidates
from nutgraf.text import lexicon as lexicon_module
from nutgraf.text.lexicon import load_lexicon

LANGUAGES = sorted(path.stem for path in (Path(nutgraf.data.__file__).parent / "languages").glob("*.toml"))

TEXTS = {
    "de": (
        "Die Stadt Kiel baut bis zum Herbst eine neue Brücke über die Förde. "
        "Der Rat stimmte am Dienstag mit 31 zu 18 Stimmen dafür. "
        "Er sprach von einem guten Tag. "
    ),
    "fr": (
        "La ville de Nantes construira un nouveau pont sur la Loire avant l’automne. "
        "Le conseil a voté mardi par 31 voix contre 18. "
        "Il parle d’un bon jour. "
    ),
    "es": (
        "La ciudad de Gijón construirá un nuevo puente sobre la ría antes del otoño. "
        "El pleno votó el martes por 31 votos contra 18. "
        "Esto es un buen día. "
    ),
}


def test_ships_the_languages_it_promises() -> None:
    assert {"en", "de", "fr", "es", "it", "pt", "nl"} <= set(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_key_is_explained_and_lower_case(code: str) -> None:
    lexicon = load_lexicon(code)
    assert lexicon.known
    explained = set(re.findall(r"`(\w+)`", lexicon_module.__doc__ or ""))
    assert set(lexicon.classes) | set(lexicon.phrases) <= explained
    for words in [*lexicon.classes.values(), *lexicon.phrases.values()]:
        assert all(word == word.lower() for word in words)


def test_unknown_language_is_empty_and_safe() -> None:
    for code in ("xx", "", "../en", "EN"):
        assert not load_lexicon(code).known
        assert load_lexicon(code).words("stop_words") == frozenset()
        assert load_lexicon(code).pattern("furniture").search("anything") is None


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_briefs_in_other_languages_begin_with_the_lead(code: str) -> None:
    article = article_from_text(TEXTS[code], title="")
    assert article.language == code
    draft = BuiltinWriter().write(article)
    assert draft.dek is not None
    assert draft.dek.cites == (0,)


def test_english_inflections() -> None:
    forms = load_lexicon("en").verb_forms
    assert forms["votes"] == "s"
    assert forms["stopped"] == "past_or_participle"
    assert forms["taken"] == "participle"
    assert forms["cutting"] == "ing"
    assert forms["denied"] == "past_or_participle"


def test_glued_sentences_are_parted_and_bullets_removed() -> None:
    article = article_from_text("- The port closed on Monday.The council was told at noon.", title="")
    texts = [candidate.text for candidate in candidates.read_candidates(article, load_lexicon("en"))]
    assert texts == ["The port closed on Monday.", "The council was told at noon."]
