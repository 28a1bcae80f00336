"""Briefs of a backfill written in batches: sent, fetched after a restart, checked as any other, at half the price."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from fakes import FakeClock
from model_scripts import faithful
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.adapters.store import SqlStore, open_store
from nutgraf.cli import backfill_command
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.model import ModelRequest
from nutgraf.domain.records import ArticleState
from nutgraf.domain.spending import BudgetScope, BudgetUse, WishReason
from nutgraf.errors import ModelError, Timeout, Unavailable
from nutgraf.model_wiring import ModelParts, make_model_parts
from nutgraf.pipeline.advancing import ArticleAdvancer
from nutgraf.pipeline.work import ASK, TASKS
from nutgraf.settings import load_settings
from scripted_batches import ScriptedBatches, scripted_batches
from store_values import extract, make_article, make_brief, make_entry

TOWNS = ("Easterby", "Northmoor", "Saltholm", "Holm")
PARAGRAPHS = """\
The council of {town} approved a new tram line on Monday after two years of debate, by 31 votes to 20.

The line in {town} will cost 48 million crowns and open in four years, said Mara Lindqvist, who plans it.

Residents of the harbour quarter of {town} had asked for the line since the ferry closed in 2021.

The first tracks will be laid in spring, when the bridge at Lower Quay in {town} is closed for repair.

Two of the members who voted against it want the old harbour bridge of {town} to be repaired first.

The council of {town} expects nine thousand passengers on a working day, a third of whom drive by car now."""
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Desk:
    """A store with published briefs that wait for a batch, and the parts that serve them; `restart` makes new parts."""

    def __init__(self, store: SqlStore, folder: Path, model: dict[str, object], **use: object) -> None:
        self.store = store
        self.clock = FakeClock(NOW)
        self.loop = asyncio.Runner()
        self._settings = load_settings(data_dir=folder, model=model, model_use=use)
        self.stages = InlineStageRunner(TASKS)
        self.ids: list[ArticleId] = []
        for town in TOWNS:
            article_id = store.add_article(make_entry(town), now=NOW)
            article = make_article(PARAGRAPHS.format(town=town), title=f"{town} gets a tram line")
            extract(store, article_id, article, at=NOW)
            store.save_brief(article_id, store.current_revision(article_id).id, make_brief(article), now=NOW)
            store.publish(article_id, now=NOW)
            store.add_wish(article_id, WishReason.BATCH, now=NOW)
            self.ids.append(article_id)
        self.restart()

    def restart(self) -> None:
        """Forget all but what is in the store."""
        parts = make_model_parts(self._settings, store=self.store, stages=self.stages, clock=self.clock)
        assert parts is not None
        self.parts: ModelParts = parts
        assert parts.batches is not None
        self.batches = parts.batches

    def write(self) -> list[str]:
        """Let wishes go on to where they rest; which model wrote each brief."""

        async def run() -> None:
            advancer = ArticleAdvancer(
                store=self.store,
                fetcher=None,  # type: ignore[arg-type]
                stages=self.stages,
                clock=self.clock,
                model=self.parts.writer,
                model_use=self.parts.use,
            )
            await self.parts.granter.look()
            for record in self.store.due_articles([ArticleState.EXTRACTED], now=self.clock.now(), limit=10):
                await advancer.advance(record)

        self.loop.run(run())
        return [self.store.brief_page(one, reader_id=DEFAULT_READER).brief.model for one in self.ids]

    def look(self) -> int:
        return self.loop.run(self.batches.look())

    @property
    def use(self) -> BudgetUse:
        return self.store.budget_use(NOW.date(), BudgetScope.ALL)


@pytest.fixture
def store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[SqlStore]:
    path = tmp_path / "nutgraf.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def model_of(provider: str, host: ScriptedBatches, **more: object) -> dict[str, object]:
    url = host.url if provider == "openai" else host.root_url
    own = {"input_price": 1, "output_price": 10}
    return {"provider": provider, "name": "small", "url": url, "key": "sk-batch", **own, **more}


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_what_waits_goes_out_once_and_comes_back_after_a_restart(
    provider: str, store: SqlStore, tmp_path: Path
) -> None:
    with scripted_batches(faithful) as host:
        desk = Desk(store, tmp_path, model_of(provider, host))
        assert desk.look() == 1
        assert host.lines == len(TOWNS)
        reserved = desk.use
        assert reserved.requests == len(TOWNS)
        assert desk.look() == 1, "it is under way"
        desk.restart()
        assert desk.look() == 1
        assert host.lines == len(TOWNS), "nothing goes out twice"
        assert set(desk.write()) == {""}, "the built-in writer's briefs stand meanwhile"
        host.finish()
        assert desk.look() == 0
        assert set(desk.write()) == {f"{provider}/small"}
        assert desk.use == BudgetUse(4, 4 * 1_410, 4 * (1_100 + 3_100) // 2), "half the price"
        assert desk.use.micro_dollars < reserved.micro_dollars
        assert store.open_batches() == store.waiting_for_batch(limit=9) == []
        sent = [headers for headers in host.headers if "sk-batch" in str(headers)]
        assert len(sent) == len(host.headers)


def test_two_processes_send_each_brief_once(store: SqlStore, tmp_path: Path) -> None:
    with scripted_batches(faithful) as host:
        desk = Desk(store, tmp_path, model_of("openai", host))
        first = desk.batches
        desk.restart()

        async def look_at_once() -> None:
            await asyncio.gather(first.look(), desk.batches.look())

        desk.loop.run(look_at_once())
        assert host.lines == len(TOWNS)
        host.finish()
        assert desk.look() == 0
        assert set(desk.write()) == {"openai/small"}
        assert desk.use.tokens == 4 * 1_410, "what the other sent costs nothing"


def test_a_text_that_ends_its_stage_holds_up_no_neighbour(store: SqlStore, tmp_path: Path) -> None:
    class Failing(InlineStageRunner):
        async def run(self, name: str, *args: object, timeout_s: float) -> object:
            if name == ASK and "Saltholm" in str(args[0]):
                raise Timeout("Its stage took too long.")
            return await super().run(name, *args, timeout_s=timeout_s)

    with scripted_batches(faithful) as host:
        desk = Desk(store, tmp_path, model_of("openai", host))
        desk.stages = Failing(TASKS)
        desk.restart()
        assert desk.look() == 1
        assert host.lines == len(TOWNS) - 1
        host.finish()
        assert desk.look() == 0
        assert desk.write() == ["openai/small", "openai/small", "", "openai/small"]


def test_a_line_that_failed_leaves_the_brief_that_is_there(store: SqlStore, tmp_path: Path) -> None:
    def script(request: ModelRequest) -> str | ModelError:
        if "Holm gets" in request.prompt:
            return Unavailable("no")
        return "{broken" if "Northmoor" in request.prompt else faithful(request)

    with scripted_batches(script) as host:
        desk = Desk(store, tmp_path, model_of("openai", host))
        desk.look()
        host.finish()
        desk.look()
        assert desk.write() == ["openai/small", "", "openai/small", ""]
        assert [store.get_wish(one) for one in desk.ids] == [None] * 4
        assert desk.use.tokens == 3 * 1_410, "what failed is not paid for, what cannot be read is"


def test_no_more_is_handed_over_than_the_budget_has_room_for(store: SqlStore, tmp_path: Path) -> None:
    with scripted_batches(faithful) as host:
        desk = Desk(store, tmp_path, model_of("openai", host), requests_per_day=2)
        desk.look()
        assert host.lines == desk.use.requests == 2
        host.finish()
        desk.look()
        assert desk.write().count("openai/small") == 2
        assert host.lines == 2
        assert len(store.waiting_for_batch(limit=9)) == 2, "they wait for tomorrow"
        desk.clock.advance(24 * 3_600)
        desk.look()
        assert host.lines == 4


def test_a_host_that_refuses_takes_nothing_and_is_not_asked_all_the_time(store: SqlStore, tmp_path: Path) -> None:
    with scripted_batches(faithful) as host:
        host.refuses = 401
        desk = Desk(store, tmp_path, model_of("openai", host))
        assert desk.look() == desk.look() == 0
        assert len(host.headers) == 1
        assert (desk.use.tokens, desk.use.micro_dollars) == (0, 0)
        host.refuses = 0
        desk.clock.advance(16 * 60)
        assert desk.look() == 1


def test_a_batch_cut_off_by_a_kill_counts_as_spent_and_goes_again(store: SqlStore, tmp_path: Path) -> None:
    with scripted_batches(faithful) as host:
        desk = Desk(store, tmp_path, model_of("openai", host))
        desk.look()
        [batch] = store.open_batches()
        store.name_batch(batch.id, "")  # as if the process had ended before it knew the name
        assert desk.look() == 1
        before = desk.use
        desk.clock.advance(timedelta(minutes=20).total_seconds())
        assert desk.look() == 1
        assert host.lines == 2 * len(TOWNS)
        assert desk.use.tokens > before.tokens + 1
        host.finish()
        desk.look()
        assert set(desk.write()) == {"openai/small"}


def test_a_batch_without_an_end_is_given_up(store: SqlStore, tmp_path: Path) -> None:
    with scripted_batches(faithful) as host:
        desk = Desk(store, tmp_path, model_of("anthropic", host))
        desk.look()
        reserved = desk.use
        desk.clock.advance(timedelta(hours=27).total_seconds())
        assert desk.look() == 0
        assert desk.use == reserved, "nobody knows what it took"
        assert set(desk.write()) == {""}
        assert [store.get_wish(one) for one in desk.ids] == [None] * 4


@pytest.mark.slow
def test_a_backfill_is_written_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for town in TOWNS:
        body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS.format(town=town).split("\n\n"))
        title = f"{town} gets a tram line"
        link = f'<link rel="canonical" href="https://press.example/{town}">'
        head = f"<!doctype html><html lang=en><head><title>{title}</title>{link}</head>"
        (pages / f"{town}.html").write_text(f"{head}<article><h1>{title}</h1>{body}</article></html>")
    with scripted_batches(faithful) as host:
        host.finish()
        monkeypatch.setenv("NUTGRAF_MODEL__PROVIDER", "openai")
        monkeypatch.setenv("NUTGRAF_MODEL__URL", host.url)
        monkeypatch.setenv("NUTGRAF_MODEL__NAME", "small")
        monkeypatch.setenv("NUTGRAF_MODEL__KEY", "sk-batch")
        data = str(tmp_path / "data")
        done = CliRunner().invoke(
            backfill_command.command, [str(pages), "--model", "batch", "--data", data], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        assert "4 of them came back from the model in batches." in done.output
        assert host.lines == 4
        monkeypatch.setenv("NUTGRAF_MODEL__PROVIDER", "ollama")
        refused = CliRunner().invoke(backfill_command.command, [str(pages), "--model", "batch", "--data", data])
        assert "Batches need a model of OpenAI or Anthropic" in str(refused.exception)
    opened = open_store(f"sqlite:///{data}/nutgraf.db")
    costs = opened.costs(last=datetime.now(UTC).date(), days=2)
    opened.close()
    assert json.dumps(costs.total.tokens) == "5640"
