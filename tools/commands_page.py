"""Make docs/reference/commands.md from the commands' own help: `python tools/commands_page.py`."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli import COMMANDS, cli

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "commands.md"

HEAD = """# Commands

Made by `tools/commands_page.py` from the commands' own help; a test keeps the two equal. `./run ARGS…` is
`nutgraf ARGS…`; `./run` alone is `nutgraf demo`.
"""


def commands_page() -> str:
    """The page as Markdown text."""
    top = click.Context(cli, info_name="nutgraf", terminal_width=100, **cli.context_settings)
    pieces = [HEAD, _fenced(cli.get_help(top))]
    for name in sorted(COMMANDS):
        command = cli.get_command(top, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=top, terminal_width=100)
        pieces += [f"## nutgraf {name}", _fenced(command.get_help(context))]
    return "\n\n".join(piece.strip() for piece in pieces) + "\n"


def _fenced(text: str) -> str:
    return f"```text\n{text.strip()}\n```"


if __name__ == "__main__":
    PAGE.write_text(commands_page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
