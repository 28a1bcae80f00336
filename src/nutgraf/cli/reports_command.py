"""`nutgraf reports`: the faults that readers reported, and the decision on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nutgraf.cli.options import data_option

if TYPE_CHECKING:
    from nutgraf.domain.reports import ReportRecord
    from nutgraf.pipeline.correcting import Desk

T = TypeVar("T")

_EPILOG = """\b
Examples:
  nutgraf reports list
  nutgraf reports list --state upheld --json
  nutgraf reports uphold 12 --note "The fare is 2.40, not 24."
  nutgraf reports dismiss 13
"""

_note_option = click.option("--note", default="", help="A note, up to 1,000 characters.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("reports", epilog=_EPILOG)
def command() -> None:
    """List reported faults, uphold or dismiss them."""


@command.command("list")
@click.option(
    "--state", type=click.Choice(["open", "upheld", "dismissed"]), default="open", show_default=True, help="Which ones."
)
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at most.")
@_json_option
@data_option
def list_reports(state: str, limit: int, as_json: bool, data_dir: Path | None) -> None:
    """Show reports, the latest first."""
    import json

    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.reports import ReportState
    from nutgraf.outputs.terminal import printable

    store = open_application_store(settings_from(data_dir))
    try:
        found = store.list_reports(ReportState(state), limit=limit)
    finally:
        store.close()
    if as_json:
        click.echo(json.dumps([_as_value(report) for report in found], ensure_ascii=False, indent=2))
        return
    for report in found:
        about = report.text or "the whole brief"
        click.echo(f"{report.id}\t{report.kind.value}\t{printable(f'{report.publisher_name}: {report.headline}')}")
        click.echo(f"\t{printable(about)}")
        if report.note:
            click.echo(f"\t“{printable(report.note)}”")
    if not found:
        click.echo(f"No report is {state}.")


@command.command("uphold")
@click.argument("report_id", type=click.IntRange(1), metavar="ID")
@_note_option
@click.option(
    "--withdraw", "numbers", type=click.IntRange(1), multiple=True, metavar="N",
    help="Withdraw sentence N of the brief (from 1) instead of the reported one. Repeatable.",
)  # fmt: skip
@click.option("--replace/--no-replace", default=True, help="Put the article's nearest sentence in its place.")
@_json_option
@data_option
def uphold(
    report_id: int, note: str, numbers: tuple[int, ...], replace: bool, as_json: bool, data_dir: Path | None
) -> None:
    """Uphold report ID: withdraw the sentence and publish the correction with the note."""
    import json

    from nutgraf.domain.corrections import Correction
    from nutgraf.domain.ids import ReportId
    from nutgraf.outputs.terminal import printable

    positions = [number - 1 for number in numbers] or None

    def decide(desk: Desk) -> Coroutine[Any, Any, Correction | None]:
        return desk.uphold(ReportId(report_id), note=note, positions=positions, replaces=replace)

    correction = _at_the_desk(decide, data_dir)
    changes = [] if correction is None else list(correction.changes)
    outcome = "unchanged" if correction is None else "withdrawn" if correction.brief is None else "corrected"
    if as_json:
        pairs = [{"part": c.part.value, "before": c.before, "after": c.after} for c in changes]
        click.echo(json.dumps({"report": report_id, "brief": outcome, "changes": pairs}, ensure_ascii=False, indent=2))
        return
    click.echo(f"Report {report_id} is upheld; the brief is {outcome}.")
    for change in changes:
        click.echo(f"- {printable(change.before)}\n+ {printable(change.after) or '(nothing)'}")


@command.command("dismiss")
@click.argument("report_id", type=click.IntRange(1), metavar="ID")
@_note_option
@_json_option
@data_option
def dismiss(report_id: int, note: str, as_json: bool, data_dir: Path | None) -> None:
    """Dismiss report ID; the note is kept with it and not published."""
    import json

    from nutgraf.domain.ids import ReportId

    _at_the_desk(lambda desk: desk.dismiss(ReportId(report_id), note=note), data_dir)
    answer = {"report": report_id, "state": "dismissed"}
    click.echo(json.dumps(answer) if as_json else f"Report {report_id} is dismissed.")


def _at_the_desk(work: Callable[[Desk], Coroutine[Any, Any, T]], data_dir: Path | None) -> T:
    """What `work` gives at the desk of the data folder."""
    from nutgraf.bootstrap import build_application
    from nutgraf.cli.options import settings_from
    from nutgraf.pipeline.correcting import Desk

    async def decide() -> T:
        application = build_application(settings_from(data_dir))
        try:
            return await work(Desk(store=application.store, stages=application.stages, clock=application.clock))
        finally:
            await application.close()

    return asyncio.run(decide())


def _as_value(report: ReportRecord) -> dict[str, Any]:
    return {
        "id": report.id,
        "state": report.state.value,
        "kind": report.kind.value,
        "sentence": report.text,
        "part": None if report.part is None else report.part.value,
        "note": report.note,
        "headline": report.headline,
        "publisher": report.publisher_name,
        "article": report.article_id,
        "brief": report.brief_id,
        "reported_at": report.reported_at.isoformat(),
        "decided_at": None if report.decided_at is None else report.decided_at.isoformat(),
        "decision_note": report.public_note,
    }
