"""`nutgraf prompt`: an operator's own instructions to the language model, seen on real articles before they go live."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from nutgraf.cli.options import data_option
from nutgraf.errors import ConfigError

if TYPE_CHECKING:
    from nutgraf.domain.prompt import OwnPrompt
    from nutgraf.pipeline.previewing import Preview
    from nutgraf.ports import Store
    from nutgraf.settings import Settings

OWN_WORDS = "nutgraf"
"""The name of the prompt that comes with Nutgraf."""

_EPILOG = """\b
Examples:
  nutgraf prompt preview farmers.txt     three briefs as they would be
  nutgraf prompt use own-1f2e3d4c        from now on
  nutgraf prompt use nutgraf             back to the one that comes with Nutgraf
  nutgraf prompt list
"""


@click.group("prompt", epilog=_EPILOG)
def command() -> None:
    """Add your own instructions to what the language model is told; see what they do first.

    They stand beside Nutgraf's, which say what a brief is and how each sentence is proved. A running server heeds a
    change at once.
    """


@command.command("list")
@data_option
def list_prompts(data_dir: Path | None) -> None:
    """Show the versions there are, and which one is in use."""
    with _opened(data_dir) as store:
        prompts = store.list_prompts()
    live = next((prompt.version for prompt in prompts if prompt.live_at), OWN_WORDS)
    click.echo(f"{'*' if live == OWN_WORDS else ' '} {OWN_WORDS:<16} comes with Nutgraf")
    for prompt in prompts:
        first = " ".join(prompt.text.split())[:60]
        click.echo(f"{'*' if prompt.version == live else ' '} {prompt.version:<16} {first}")


@command.command("preview")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option(
    "--articles", "count", type=click.IntRange(1, 10), default=3, show_default=True, help="How many articles."
)
@data_option
def preview(file: TextIO, count: int, data_dir: Path | None) -> None:
    """Write briefs of the latest articles with the instructions in FILE and print them; nothing is published."""
    from nutgraf.adapters.clock import SystemClock
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.prompt import MAX_PROMPT_CHARS
    from nutgraf.pipeline.previewing import own_prompt

    prompt = own_prompt(file.read(MAX_PROMPT_CHARS + 1), SystemClock())
    settings = settings_from(data_dir)
    with _opened(data_dir) as store:
        previews = asyncio.run(_preview(settings, store, prompt, count))
        for preview in previews:
            _show(preview)
        if any(preview.is_drafted for preview in previews):
            click.echo(f"This is version {prompt.version}. To let it go live: nutgraf prompt use {prompt.version}")


@command.command("use")
@click.argument("version")
@data_option
def use(version: str, data_dir: Path | None) -> None:
    """Let VERSION go live; only one that was previewed is there to be used."""
    with _opened(data_dir) as store:
        store.use_prompt(None if version == OWN_WORDS else version, now=datetime.now(UTC))
    click.echo(f"New briefs are written with prompt {version}.")


def _opened(data_dir: Path | None) -> _Opened:
    from nutgraf.cli.options import settings_from

    return _Opened(settings_from(data_dir))


class _Opened:
    """The store, closed at the end."""

    def __init__(self, settings: Settings) -> None:
        from nutgraf.bootstrap import open_application_store

        self.store = open_application_store(settings)

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


async def _preview(settings: Settings, store: Store, prompt: OwnPrompt, count: int) -> list[Preview]:
    from nutgraf.adapters.clock import SystemClock
    from nutgraf.adapters.queue.inline import InlineStageRunner
    from nutgraf.model_wiring import make_model_writer
    from nutgraf.pipeline.previewing import preview_prompt
    from nutgraf.pipeline.work import TASKS

    stages, clock = InlineStageRunner(TASKS), SystemClock()
    writer = make_model_writer(settings, store=store, stages=stages, clock=clock)
    if writer is None:
        raise ConfigError("No language model is set; see docs/how-to/use-a-model.md.", code="no_model")
    try:
        return await preview_prompt(prompt, writer=writer, stages=stages, store=store, clock=clock, count=count)
    finally:
        await writer.close()


def _show(preview: Preview) -> None:
    """One brief as it would be published, and what was withheld of it."""
    from nutgraf.outputs import FORMATS

    click.echo(FORMATS["terminal"](preview.brief, preview.article))
    if preview.reason:
        click.echo(f"The built-in writer wrote this: {preview.reason}.")
    usage = preview.brief.usage
    took = (
        f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out, {usage.calls} calls" if usage else "no answer"
    )
    click.echo(
        f"{preview.replaced} sentences replaced from the article, {preview.dropped} dropped; {took}.\n\n{'=' * 78}\n"
    )
