"""The public API of `import nutgraf`: what it exports, that it is lazy, and that it works as its docs say."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest

import nutgraf
from model_scripts import ScriptedModel, faithful, over_http
from nutgraf.errors import Unavailable
from scripted_model import scripted_model

TEXT = (
    "The council of Easterby approved a new tram line on Monday after two years of debate, by 31 votes to 20.\n\n"
    "The line will cost 48 million crowns and open in four years, said Mara Lindqvist, the city’s transport director. "
    "The state will pay two thirds of it.\n\n"
    "Residents of the harbour quarter had asked for the line since the ferry closed in 2021. A petition gathered 6,400 "
    "signatures.\n\n"
    "Jon Tveit, who leads the opposition, said the money should go to buses. “A bus could run tomorrow,” he said.\n\n"
    "The first tracks will be laid in spring, when the bridge at Lower Quay is closed for repair."
)
FEED = b"""<rss version="2.0"><channel><title>Gazette</title><link>https://gazette.example/</link>
<item><title>Tram</title><link>/tram</link><guid>1</guid><pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate></item>
</channel></rss>"""


@pytest.fixture
def article() -> nutgraf.Article:
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return nutgraf.article_from_text(TEXT, title="Easterby gets a tram", publisher="Gazette", published_at=moment)


def test_every_public_name_is_there() -> None:
    assert set(nutgraf.__all__) == {*nutgraf._HOME_OF, "__version__"}
    assert all(getattr(nutgraf, name) is not None for name in nutgraf.__all__)


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, nutgraf; print([m for m in ('numpy', 'sqlalchemy', 'aiohttp', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        nutgraf.nonsense  # noqa: B018


def test_text_to_brief_with_evidence(article: nutgraf.Article) -> None:
    brief = nutgraf.write_brief(article)
    assert brief.headline == "Easterby gets a tram"
    assert brief.what_happened
    assert brief.created_at.tzinfo is not None
    for _, sentence in brief.sentences():
        assert sentence.finding.verdict is not nutgraf.Verdict.UNSUPPORTED
        assert sentence.finding.evidence


def test_a_writer_of_ones_own_is_checked(article: nutgraf.Article) -> None:
    class Liar:
        name = "liar/1"

        def write(self, article: nutgraf.Article) -> nutgraf.Draft:
            false = nutgraf.DraftSentence("The line will cost 96 million crowns, said Olga Brun.", (1,))
            true = nutgraf.DraftSentence(article.sentence_text(0), (0,))
            return nutgraf.Draft(true, (true, false), (), (false,), self.name)

    brief = nutgraf.write_brief(article, writer=Liar())
    published = " ".join(sentence.text for _, sentence in brief.sentences())
    assert "96" not in published
    assert "Olga" not in published
    assert brief.writer == "liar/1"
    assert any("96 million" in withheld.text for withheld in brief.withheld)


def test_a_writer_that_loses_everything_gives_way_to_the_built_in_one(article: nutgraf.Article) -> None:
    class Babbler:
        name = "babbler/1"

        def write(self, article: nutgraf.Article) -> nutgraf.Draft:
            babble = nutgraf.DraftSentence("Aliens bought 77 castles in Zanzibar.", (0,))
            return nutgraf.Draft(babble, (babble,), (), (), self.name)

    brief = nutgraf.write_brief(article, writer=Babbler())
    assert brief.writer.startswith("builtin")
    assert brief.what_happened


def test_a_language_model_is_a_writer_like_any_other(article: nutgraf.Article) -> None:
    with nutgraf.ModelWriter(ScriptedModel(faithful), tone="formal") as writer:
        brief = nutgraf.write_brief(article, writer=writer)
        again = asyncio.run(asyncio.to_thread(nutgraf.write_brief, article, writer=writer))
    assert (brief.writer, brief.model, brief.prompt_version) == ("model/1", "scripted/one", "1 formal")
    assert again.model == "scripted/one"
    with pytest.raises(nutgraf.ConfigError):
        nutgraf.ModelWriter(ScriptedModel(faithful), tone="shrill")
    with pytest.raises(nutgraf.ConfigError, match="no provider"):
        nutgraf.open_model("nobody", "small")


def test_babble_gives_way_and_a_model_out_of_reach_is_an_error(article: nutgraf.Article) -> None:
    with nutgraf.ModelWriter(ScriptedModel(lambda _: "babble")) as writer:
        assert nutgraf.write_brief(article, writer=writer).writer == "builtin/1"
    with (
        nutgraf.ModelWriter(ScriptedModel(lambda _: Unavailable("It is away."))) as writer,
        pytest.raises(nutgraf.ModelError, match="away"),
    ):
        nutgraf.write_brief(article, writer=writer)


def test_a_program_has_a_budget_of_its_own(article: nutgraf.Article) -> None:
    budget = nutgraf.ModelBudget(requests=1, dollars="0.10", input_price=1, output_price="2.50")
    with scripted_model(over_http(faithful)) as server:
        model = nutgraf.open_model("openai-compatible", "small", url=server.url, budget=budget)
        with nutgraf.ModelWriter(model) as writer:
            assert nutgraf.write_brief(article, writer=writer).writer == "model/1"
            assert (budget.use.requests, budget.use.tokens, budget.use.micro_dollars) == (1, 1_410, 1_875)
            with pytest.raises(nutgraf.ModelError, match="used up") as raised:
                nutgraf.write_brief(article, writer=writer)
        assert (raised.value.code, raised.value.retryable) == ("budget_spent", False)
        unpriced = nutgraf.open_model("ollama", "small", url=server.url, budget=nutgraf.ModelBudget(dollars=1))
        with nutgraf.ModelWriter(unpriced) as writer, pytest.raises(nutgraf.ModelError, match="price"):
            nutgraf.write_brief(article, writer=writer)
        assert len(server.requests) == 1
    with pytest.raises(nutgraf.ConfigError, match="two parts"):
        nutgraf.ModelBudget(input_price=1)
    with pytest.raises(nutgraf.ConfigError, match="no amount"):
        nutgraf.ModelBudget(dollars="a lot")


def test_sentences_are_checked_against_the_article(article: nutgraf.Article) -> None:
    true, false = nutgraf.check_sentences(
        ["The line will cost 48 million crowns.", "The line will cost 84 million crowns."], article
    )
    assert true.verdict is nutgraf.Verdict.SUPPORTED
    assert false.verdict is nutgraf.Verdict.UNSUPPORTED
    assert any("84" in reason for reason in false.reasons)


def test_feeds_and_pages_are_read() -> None:
    feed = nutgraf.parse_feed(FEED, url="https://gazette.example/feed.xml")
    assert (feed.title, feed.entries[0].url) == ("Gazette", "https://gazette.example/tram")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT.split("\n\n"))
    page = f"<html lang=en><head><title>Tram</title></head><body><article><h1>Tram</h1>{body}</article></body></html>"
    article = nutgraf.extract_article(page, url="https://gazette.example/tram")
    assert "48 million crowns" in article.text
    with pytest.raises(nutgraf.ParseError):
        nutgraf.parse_feed(b"nothing", url="https://gazette.example/feed.xml")
    with pytest.raises(nutgraf.ExtractError):
        nutgraf.extract_article("<nav>Home</nav>", url="https://gazette.example/")


def test_topics_are_given(article: nutgraf.Article) -> None:
    topics = nutgraf.tag_topics(article)
    assert topics
    assert topics[0].parent == ""
