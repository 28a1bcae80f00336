"""The public functions, as `import nutgraf` gives them; the command line and the service use the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.llm.prices import Prices
from nutgraf.adapters.llm.program_budget import ModelBudget as ModelBudget  # one of the public names
from nutgraf.adapters.llm.registry import PROVIDERS
from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.budgets import Budgets
from nutgraf.domain.evidence import Finding
from nutgraf.domain.feed import Feed
from nutgraf.domain.topic import Topic
from nutgraf.errors import ConfigError
from nutgraf.pipeline.briefing import make_brief
from nutgraf.ports import LanguageModel, Writer
from nutgraf.stages import check, extract, parse, tag


def parse_feed(data: bytes, *, url: str, content_type: str | None = None) -> Feed:
    """Parse RSS 0.9x-2.0, RDF, Atom or JSON Feed.

    `data` are the bytes as served, `url` the address they came from (relative links are resolved against it).
    Raises ParseError; its `feed_links` name the feeds that a web page declares, where `data` is one.
    """
    return parse.parse_feed(data, url=url, content_type=content_type)


def extract_article(page: bytes | str, *, url: str) -> Article:
    """The article of a web page: text with offsets, headline, publisher, byline, times (UTC), language.

    Raises ExtractError where the page holds none, or is too large or too deep to be read safely.
    """
    return extract.extract_article(page, url=url)


def article_from_text(
    text: str, *, title: str, publisher: str = "", url: str = "", published_at: datetime | None = None
) -> Article:
    """An Article of plain text whose paragraphs are separated by blank lines. Naive times are taken as UTC."""
    return extract.article_from_text(text, title=title, publisher=publisher, url=url, published_at=published_at)


def write_brief(article: Article, *, writer: Writer | None = None) -> Brief:
    """Draft, check and tag: a brief in which no sentence is unsupported.

    `writer` is anything with a `name` and a `write(article) -> Draft`, such as a ModelWriter; the built-in writer by
    default, and in the place of a draft of which the check leaves too little. Raises what `writer` raises: a
    ModelWriter ModelError where its model cannot be asked.
    """
    return make_brief(article, created_at=datetime.now(UTC), writer=writer)


def open_model(
    provider: str, name: str, *, url: str = "", key: str = "", budget: ModelBudget | None = None
) -> LanguageModel:
    """The language model `name` of a provider (`ollama`, `llamacpp`, `openai`, `anthropic` …), for a ModelWriter.

    `url` stands for the provider's usual address. Without a `budget` nothing bounds what it may take; with one, a call
    for which there is no room raises ModelError (budget_spent). Nothing is reached yet. Raises ConfigError; needs
    `nutgraf[llm]`.
    """
    if provider not in PROVIDERS:
        raise ConfigError(f"There is no provider called {provider!r}; there is: {', '.join(PROVIDERS)}.")
    address = (url or PROVIDERS[provider].url).rstrip("/")
    if not address:
        raise ConfigError(f"The provider {provider} has no usual address; give its url.")
    try:
        from nutgraf.adapters.llm.opening import open_language_model  # noqa: PLC0415 - an extra, and slow to import
        from nutgraf.adapters.llm.options import ModelOptions  # noqa: PLC0415
    except ModuleNotFoundError as error:
        message = f"The package {error.name} that asks language models is missing; install nutgraf[llm]."
        raise ConfigError(message, code="no_model_package") from None
    options, clock = [ModelOptions(provider, address, name, key)], SystemClock()
    if budget is None:
        return open_language_model(options, clock)
    from nutgraf.adapters.llm.metering import MeteredModel  # noqa: PLC0415

    budgets = Budgets(everything=budget.limit)
    own = {(provider, name): budget.price} if budget.price is not None else {}
    prices = Prices(own=own, urls={provider: address})

    def meter(model: LanguageModel) -> LanguageModel:
        return MeteredModel(model, ledger=budget, clock=clock, prices=prices, budgets=budgets)

    return open_language_model(options, clock, meter=meter)


def check_sentences(sentences: Sequence[str], article: Article) -> list[Finding]:
    """One finding for each of `sentences`: verdict, score (0..1), evidence as offsets into `article.text`, reasons."""
    return check.check_sentences(sentences, article)


def tag_topics(article: Article) -> list[Topic]:
    """Topics of the taxonomy, best first: at least one top-level topic where the text gives a cue, 3-6 in all."""
    return tag.tag_topics(article)
