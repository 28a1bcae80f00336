"""A model as a writer in the pipeline: repair, checker, the built-in writer behind it, and what a failure leads to."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest
from test_llm_decode import ARTICLE, TEXT, long_article

from fakes import FakeClock, FakeFetcher
from model_scripts import Answer, ScriptedModel, faithful, faithful_answer, is_selection, item, says, source_lines
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, Draft, DraftSentence, Outcome, Part
from nutgraf.domain.evidence import Verdict
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.model import ModelPurpose, ModelRequest
from nutgraf.domain.prompt import OwnPrompt
from nutgraf.domain.records import ArticleState
from nutgraf.domain.writing_style import Length, Tone, WritingStyle
from nutgraf.errors import BadOutput, ModelError, Refused, Unavailable
from nutgraf.pipeline.advancing import ArticleAdvancer
from nutgraf.pipeline.briefing import make_brief
from nutgraf.pipeline.model_writing import ModelDraft, ModelWriter, with_own_prompt
from nutgraf.pipeline.work import TASKS
from nutgraf.stages.check import check_draft
from nutgraf.stages.extract import article_from_text
from store_values import NOON, extract, make_entry, state_of

DOWN = Unavailable("The model’s host cannot be reached.", retry_after_s=900)


def ask(model: ScriptedModel, article: Article = ARTICLE, style: WritingStyle | None = None) -> ModelDraft:
    writer = ModelWriter(model=model, stages=InlineStageRunner(TASKS))
    return asyncio.run(writer.draft(article, style=style))


def brief_by(model: ScriptedModel, article: Article = ARTICLE, style: WritingStyle | None = None) -> Brief:
    return make_brief(article, created_at=NOON, draft=ask(model, article, style).draft)


def words_of(brief: Brief) -> str:
    return "\n".join(sentence.text for _, sentence in brief.sentences())


def in_every_part(text: str, index: int, source: str) -> Answer:
    one = item(text, index, source)
    return {
        "dek": one,
        "what_happened": [one, one, one],
        "insights": [{"title": " ".join(text.split()[:6]), **one}] * 3,
        "takeaways": [one],
    }


def test_a_faithful_model_is_published_as_written() -> None:
    model = ScriptedModel(faithful)
    brief = brief_by(model)
    assert (brief.writer, brief.model, brief.prompt_version) == ("model/1", "scripted/one", "1")
    assert brief.withheld == ()
    assert brief.traced_count == brief.sentence_count >= 9
    assert [request.purpose for request in model.requests] == [ModelPurpose.WRITE]


def test_one_round_of_repair_names_what_is_wrong() -> None:
    def first_bad(answer: Answer, request: ModelRequest) -> Answer:
        if request.purpose is not ModelPurpose.REPAIR:
            answer["dek"]["ids"] = [77]
        return answer

    model = ScriptedModel(says(first_bad))
    drafted = ask(model)
    assert [request.purpose for request in model.requests] == [ModelPurpose.WRITE, ModelPurpose.REPAIR]
    assert "its ids name a sentence that is not there" in model.requests[1].prompt
    assert drafted.faults == ()
    assert drafted.first_faults
    assert len(drafted.answers) == 2


def test_a_fault_that_stays_costs_the_sentence_and_no_third_call() -> None:
    def bad_takeaway(answer: Answer, _: ModelRequest) -> Answer:
        answer["takeaways"][0]["quote"] = "words that nobody has said"
        return answer

    model = ScriptedModel(says(bad_takeaway))
    brief = brief_by(model)
    assert len(model.requests) == 2
    assert brief.model
    [withheld] = brief.withheld
    assert (withheld.part, withheld.maker) == (Part.TAKEAWAYS, None)
    assert "quote" in withheld.finding.reasons[0]


def test_a_repair_that_is_worse_is_not_taken() -> None:
    def worse(answer: Answer, request: ModelRequest) -> Answer | str:
        if request.purpose is ModelPurpose.REPAIR:
            return "I am sorry."
        answer["takeaways"][0]["quote"] = "words that nobody has said"
        return answer

    drafted = ask(ScriptedModel(says(worse)))
    assert drafted.draft is not None
    assert len(drafted.faults) == 1


@pytest.mark.parametrize(
    "babble",
    [
        "",
        "the the the the",
        '{"dek": {"text": "the of to", "ids": [], "quote": ""}}',
        json.dumps(
            in_every_part("tram council bridge fares summer state crowns hospital harbour stops line vote", 0, TEXT)
        ),
        json.dumps({"dek": "x", "what_happened": ["x"] * 9, "insights": 3, "takeaways": None}),
        "{" * 100_000,
        '{"what_happened": [' + '{"text": "' + "word " * 2_000_000 + '"}]}',
    ],
    ids=["empty", "words", "shape", "salad", "types", "deep", "10 MB"],
)
def test_babble_ends_as_a_built_in_brief(babble: str) -> None:
    model = ScriptedModel(lambda _: babble)
    brief = brief_by(model)
    assert (brief.writer, brief.model) == ("builtin/1", "")
    assert words_of(brief) == words_of(make_brief(ARTICLE, created_at=NOON))
    assert len(model.requests) == 2


def test_all_of_a_rejected_draft_is_kept_under_its_maker() -> None:
    lie = "Mayor Zoltan Perrin sold the harbour of Easterby to Quarndon Estates for 77 million crowns."
    brief = brief_by(ScriptedModel(says(lambda *_: in_every_part(lie, 0, ARTICLE.sentence_text(0)))))
    assert brief.writer == "builtin/1"
    assert lie not in words_of(brief)
    rejected = [withheld for withheld in brief.withheld if withheld.maker is not None]
    assert len(rejected) == 11
    assert {withheld.outcome for withheld in rejected} == {Outcome.DROPPED}
    assert rejected[0].maker is not None
    assert (rejected[0].maker.writer, rejected[0].maker.model) == ("model/1", "scripted/one")


# Each kind of falsehood the checker knows, from a model that tells it in good form.

FALSEHOODS = {
    "wrong number": "The line will cost 84 million crowns and open in the spring of 2029, the mayor said.",
    "wrong date": "The council of Easterby voted on Friday to build a tram line from the harbour to the hospital.",
    "wrong year": "The line will cost 48 million crowns and open in the spring of 2031, the mayor, Ida Marsh, said.",
    "wrong name": "The line will cost 48 million crowns, said the mayor, Olga Brun, after the vote on Tuesday.",
    "negation": "The council of Easterby voted on Tuesday not to build a tram line from the harbour to the hospital.",
    "negation lost": "What the fares will be has been decided, and the council will take that up in the summer.",
    "turned": "The four wanted fewer buses instead, which the city’s own engineers had called dearer by a third.",
    "invented": "Protesters blocked the harbour for two days and burned an effigy of the hospital’s director.",
    "other place": "The council of Westerholm voted on Tuesday to build a tram line to the airport of Brest.",
    "false quotation": "Per Aune said the council had “sold the future of every child in the western districts”.",
    "swapped figures": "Four members voted for the plan and nine against it after a debate that lasted six hours.",
    "merged": "The bridge over the Skell will cost 48 million crowns and be closed to cars for eleven years.",
    "condition lost": "The state pays half of the cost.",
}


@pytest.mark.parametrize("kind", FALSEHOODS)
@pytest.mark.parametrize("part", ["dek", "what_happened", "insights", "takeaways"])
def test_no_falsehood_is_published(kind: str, part: str) -> None:
    falsehood = FALSEHOODS[kind]

    def tells(answer: Answer, request: ModelRequest) -> Answer:
        lines = source_lines(request)
        index = max(lines, key=lambda at: len(set(lines[at].split()) & set(falsehood.split())))
        told = item(falsehood, index, lines[index])
        if part == "insights":
            answer["insights"][1].update(told)
        elif part == "dek":
            answer["dek"] = told
        else:
            answer[part][0] = told
        return answer

    brief = brief_by(ScriptedModel(says(tells)))
    published = [s for _, s in brief.sentences() if s.text == falsehood]
    assert not published, published[0].finding
    assert any(withheld.text == falsehood for withheld in brief.withheld)


def test_words_given_to_another_speaker_are_marked_where_they_are_published() -> None:
    told = "Ida Marsh, who spoke for the four, said the council had “bought a promise and not a railway”."

    def tells(answer: Answer, request: ModelRequest) -> Answer:
        answer["takeaways"] = [item(told, 5, source_lines(request)[5])]
        return answer

    brief = brief_by(ScriptedModel(says(tells)))
    [sentence] = [sentence for _, sentence in brief.sentences() if sentence.text == told]
    assert sentence.finding.verdict is Verdict.WEAK
    assert "not of “Ida Marsh”" in sentence.finding.reasons[0]


def test_an_answer_in_another_language_is_not_published() -> None:
    german = (
        "Der Rat von Easterby hat am Dienstag beschlossen, eine Straßenbahn vom Hafen bis zum Krankenhaus zu bauen."
    )
    brief = brief_by(ScriptedModel(says(lambda *_: in_every_part(german, 0, ARTICLE.sentence_text(0)))))
    assert brief.writer == "builtin/1"
    assert "Straßenbahn" not in words_of(brief)


# Another language, on purpose

GERMAN = {
    "dek": ("Der Rat von Easterby hat für eine Straßenbahn vom Hafen zum Krankenhaus gestimmt.", 0),
    "what_happened": [
        ("Die Linie kostet nach den Worten der Bürgermeisterin Ida Marsh 48 Millionen Kronen und soll 2029 öffnen.", 1),
        (
            "Neun Mitglieder des Rates stimmten am Ende für den Plan und vier dagegen, nach sechs Stunden Debatte.",
            3,
        ),
        ("Per Aune, der für die Gegner im Rat sprach, nannte die Entscheidung ein Versprechen, aber keine Bahn.", 5),
    ],
    "takeaways": [("Die Arbeiten an der Brücke über den Skell sollen im März beginnen und dauern ein Jahr.", 6)],
}


def in_german(changes: dict[str, object] | None = None) -> ScriptedModel:
    def script(request: ModelRequest) -> str:
        lines = source_lines(request)
        told = {**GERMAN, **(changes or {})}
        answer = {
            "dek": item(*told["dek"], lines[told["dek"][1]]),  # type: ignore[index]
            "what_happened": [item(text, at, lines[at]) for text, at in told["what_happened"]],  # type: ignore[attr-defined]
            "insights": [],
            "takeaways": [item(text, at, lines[at]) for text, at in told["takeaways"]],  # type: ignore[attr-defined]
        }
        return json.dumps(answer)

    return ScriptedModel(script)


def test_a_brief_in_another_language_is_weak_and_shows_the_original_as_proof() -> None:
    model = in_german()
    brief = brief_by(model, style=WritingStyle(language="de"))
    assert "Write in German" in model.requests[0].system
    assert (brief.language, brief.model, brief.prompt_version) == ("de", "scripted/one", "1 de")
    assert brief.what_happened[0].text.startswith("Die Linie kostet")
    for _, sentence in brief.sentences():
        assert sentence.finding.verdict is Verdict.WEAK
        assert "another language" in sentence.finding.reasons[0]
        [span] = sentence.finding.evidence
        assert ARTICLE.text[span.start : span.end] in [ARTICLE.sentence_text(s.index) for s in ARTICLE.sentences]
    assert brief.traced_count == 0


@pytest.mark.parametrize(
    ("false", "at"),
    [
        ("Die Linie kostet nach den Worten der Bürgermeisterin Ida Marsh 84 Millionen Kronen.", 1),
        ("Die Linie kostet nach den Worten von Olga Brun 48 Millionen Kronen.", 1),
        ("Der Rat von Easterby hat nicht für eine Straßenbahn vom Hafen zum Krankenhaus gestimmt.", 0),
        ("Zehn Mitglieder des Rates stimmten für den Plan und vier dagegen.", 3),
        ("Menschen sind auf den Straßen unterwegs und rufen laut durcheinander.", 4),
        ("Per Aune sagte, der Rat habe „die Zukunft verkauft“.", 5),
    ],
)
def test_what_can_be_compared_across_languages_is(false: str, at: int) -> None:
    brief = brief_by(in_german({"takeaways": [(false, at)]}), style=WritingStyle(language="de"))
    assert brief.model
    assert false not in words_of(brief)
    assert [withheld.text for withheld in brief.withheld] == [false]
    assert brief.withheld[0].outcome is Outcome.DROPPED, "no sentence of the article stands in a translation"


def test_a_german_article_is_briefed_in_english() -> None:
    article = article_from_text(
        "Die Werft Hagenauer in Lindau baut vier Elektroschiffe für den Bodensee, teilte sie am Montag mit. "
        "Die Schiffe kosten zusammen 38 Millionen Euro und sollen von 2028 an fahren. "
        "Geschäftsführerin Ruth Hagenauer sprach von dem größten Auftrag in der Geschichte des Unternehmens. "
        "Der Betriebsrat fordert, dafür 60 neue Stellen zu schaffen, und will im Januar darüber verhandeln.",
        title="Werft Hagenauer baut Elektroschiffe",
    )
    told = [
        ("The Hagenauer shipyard in Lindau has said that it is to build four electric ships.", 0),
        ("The ships cost 38 million euros in all and are to sail from 2028 on.", 1),
        ("Managing director Ruth Hagenauer called it the largest order in the history of the firm.", 2),
    ]

    def script(request: ModelRequest) -> str:
        lines = source_lines(request)
        items = [item(text, at, lines[at]) for text, at in told]
        return json.dumps({"dek": items[0], "what_happened": items[1:], "insights": [], "takeaways": []})

    brief = brief_by(ScriptedModel(script), article, WritingStyle(language="en"))
    assert brief.language == "en"
    assert "38 million euros" in words_of(brief)


def test_the_other_language_s_name_of_a_place_cannot_be_vouched_for() -> None:
    """Lake Constance is the Bodensee, which nothing here knows: the sentence is withheld."""
    article = article_from_text(
        "Die Fähren auf dem Bodensee fahren ab Montag wieder nach dem Winterplan, teilte der Betreiber in Lindau mit.",
        title="Fähren",
    )
    draft = Draft(
        None,
        (
            DraftSentence("The ferries on Lake Constance follow their winter timetable.", (0,), ("ab Montag wieder",)),
            DraftSentence("The operator in Lindau has said that the ferries sail as in winter.", (0,), ("in Lindau",)),
        ),
        (),
        (),
        "model/1",
        language="en",
    )
    checked = check_draft(draft, article)
    assert [sentence.text for sentence in checked.what_happened] == [draft.what_happened[1].text]
    assert checked.withheld[0].finding.reasons == ("“Lake Constance” is not in the article",)


# Style


def test_tone_length_and_the_operator_s_own_words_are_asked_for_and_stored() -> None:
    model = ScriptedModel(faithful)
    own = OwnPrompt("own-12345678", "Write for people who farm.", NOON)
    style = with_own_prompt(WritingStyle(tone=Tone.FORMAL, length=Length.SHORT), own)
    brief = brief_by(model, style=style)
    system = model.requests[0].system
    assert "formal" in system
    assert "50 to 65 words" in system
    assert system.endswith("Write for people who farm.")
    assert brief.prompt_version == "1 formal short own-12345678"


# Long articles


def test_a_long_article_is_asked_for_in_parts_and_briefed_from_its_own_sentences() -> None:
    article = long_article(80)
    model = ScriptedModel(faithful)
    brief = brief_by(model, article)
    kinds = [is_selection(request) for request in model.requests]
    assert kinds == [True] * (len(kinds) - 1) + [False]
    assert len(kinds) > 3
    assert brief.model
    assert all(len(request.prompt) < 16_000 for request in model.requests)


# In the pipeline


class Line:
    """One article in a real store, extracted, with a model behind the advancer."""

    def __init__(self, folder: Path, model: ScriptedModel, *, waits: bool = False) -> None:
        self.store: SqlStore = open_store(f"sqlite:///{folder / 'nutgraf.db'}")
        self.store.migrate()
        self.clock = FakeClock(NOON)
        stages = InlineStageRunner(TASKS)
        self.advancer = ArticleAdvancer(
            store=self.store,
            fetcher=FakeFetcher(),
            stages=stages,
            clock=self.clock,
            model=ModelWriter(model=model, stages=stages),
            waits_for_model=waits,
        )
        self.id: ArticleId = self.store.add_article(make_entry("tram"), now=NOON)
        extract(
            self.store, self.id, dataclasses.replace(ARTICLE, publisher="Gazette", url="https://press.example/tram")
        )

    def advance(self) -> ArticleState:
        due = self.store.due_articles(list(ArticleState), now=self.clock.now(), limit=10)
        [record] = [article for article in due if article.id == self.id]
        return asyncio.run(self.advancer.advance(record))

    def brief(self) -> Brief:
        return self.store.brief_page(self.id, reader_id=DEFAULT_READER).brief


def test_a_brief_keeps_what_it_took(tmp_path: Path) -> None:
    line = Line(tmp_path, ScriptedModel(faithful))
    assert line.advance() is ArticleState.PUBLISHED
    brief = line.brief()
    assert brief.model == "scripted/one"
    assert brief.usage is not None
    assert (brief.usage.calls, brief.usage.milliseconds) == (1, 500)
    assert brief.usage.input_tokens > 400


@pytest.mark.parametrize("error", [DOWN, Refused("No."), BadOutput("Not JSON.")])
def test_a_model_that_fails_costs_no_article_its_brief(tmp_path: Path, error: ModelError) -> None:
    line = Line(tmp_path, ScriptedModel(lambda _: error))
    assert line.advance() is ArticleState.PUBLISHED
    assert line.brief().writer == "builtin/1"
    assert line.brief().usage is None


def test_an_article_may_wait_for_its_model_and_is_never_set_aside_for_it(tmp_path: Path) -> None:
    model = ScriptedModel(lambda _: DOWN)
    line = Line(tmp_path, model, waits=True)
    for attempt in range(3):
        assert line.advance() is ArticleState.EXTRACTED, attempt
        assert state_of(line.store, line.id) is ArticleState.EXTRACTED
        line.clock.advance(DOWN.retry_after_s - 1)
        assert not line.store.due_articles(list(ArticleState), now=line.clock.now(), limit=10), "it waits as told"
        line.clock.advance(7 * 3_600)
    assert line.advance() is ArticleState.PUBLISHED
    assert line.brief().writer == "builtin/1"
    assert line.store.list_quarantine() == []


def test_what_waiting_cannot_cure_is_not_waited_for(tmp_path: Path) -> None:
    line = Line(tmp_path, ScriptedModel(lambda _: Refused("No.")), waits=True)
    assert line.advance() is ArticleState.PUBLISHED


def test_the_prompt_that_is_live_is_used(tmp_path: Path) -> None:
    model = ScriptedModel(faithful)
    line = Line(tmp_path, model)
    line.store.save_previewed_prompt("own-1", "Write for sailors.", now=NOON)
    line.store.use_prompt("own-1", now=NOON)
    line.advance()
    assert model.requests[0].system.endswith("Write for sailors.")
    assert line.brief().prompt_version == "1 own-1"


def test_the_loop_is_free_while_a_model_thinks(tmp_path: Path) -> None:
    started = asyncio.Event()
    may_end = asyncio.Event()

    class Slow(ScriptedModel):
        async def complete(self, request):
            started.set()
            await may_end.wait()
            return await super().complete(request)

    async def both() -> ModelDraft:
        writer = ModelWriter(model=Slow(faithful), stages=InlineStageRunner(TASKS))
        drafting = asyncio.create_task(writer.draft(ARTICLE))
        await started.wait()
        assert not drafting.done()
        may_end.set()
        return await drafting

    assert asyncio.run(both()).draft is not None


def test_a_faithful_answer_is_one() -> None:
    request = ScriptedModel(faithful)
    ask(request)
    answer = faithful_answer(request.requests[0])
    assert len(answer["insights"]) == 3
