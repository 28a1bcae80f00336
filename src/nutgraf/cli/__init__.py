"""The `nutgraf` command: one file per subcommand, imported only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from nutgraf import __version__
from nutgraf.cli.exit_codes import INTERRUPTED, exit_code_for
from nutgraf.errors import NutgrafError

COMMANDS = {
    "accuracy": "Show how accurate the briefs are, by writer and publisher.",
    "add": "Subscribe to a feed.",
    "backup": "Write everything into one file, while Nutgraf runs.",
    "brief": "Write one brief from an address, a file or standard input.",
    "costs": "Show what language models took and cost, by model and feed.",
    "demo": "Start with the sample press: invented publishers, real briefs.",
    "doctor": "Check this installation and say what is wrong.",
    "export": "Write out the briefs as JSON Lines or Markdown.",
    "feeds": "List, pause, resume, rename and remove feeds.",
    "import": "Subscribe to the feeds of an OPML file.",
    "move": "Copy everything to another database, SQLite or PostgreSQL.",
    "poll": "Poll feeds now and brief what is new, then stop.",
    "prompt": "Preview and use your own instructions to the language model.",
    "reports": "Decide on faults that readers reported.",
    "readers": "Invite readers, give new passwords, export and delete them.",
    "restore": "Fill a new place from a backup.",
    "search": "Find briefs by their words.",
    "quarantine": "List what was set aside and why; try it again.",
    "settings": "Show every setting, its value and where it comes from.",
    "status": "Show what there is, what waits and what fails.",
    "serve": "Run everything in one process: the site and the pipeline.",
    "web": "Run the site alone; `worker` does the work. Needs PostgreSQL.",
    "worker": "Do the work of a site, on as many machines as wanted. Needs PostgreSQL.",
}

EXAMPLES = """\b
Examples:
  nutgraf demo                                  the sample press on http://127.0.0.1:8321/
  nutgraf brief https://example.org/news/1      one brief in the terminal
  nutgraf brief page.html --json                the same for machines
  nutgraf add https://example.org/feed.xml      subscribe
  nutgraf import subscriptions.opml             subscribe to many
  nutgraf search 'ferry after:7d'               briefs by their words
  nutgraf serve --port 9000                     your own site
  nutgraf backup ~/backups/ --keep 7            everything in one file, the last seven kept
  nutgraf worker --queues fetch,write           share the work with other machines (PostgreSQL)
  nutgraf export --format markdown -o all.md    everything that was written

\b
Exit codes: 0 done, 1 fault of ours, 2 usage, 3 settings, 4 fetching, 5 not a feed,
6 no article, 7 language model, 8 store, 130 interrupted.
"""


class _LazyGroup(click.Group):
    """Lists commands without importing them: `nutgraf --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"nutgraf.cli.{cmd_name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=_LazyGroup, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nutgraf")
def cli() -> None:
    """News briefs in which every sentence can be traced to the words it came from."""


def main() -> None:
    """Run the command; a NutgrafError becomes one line on standard error and its exit code."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("nutgraf: interrupted", err=True)
        sys.exit(INTERRUPTED)
    except NutgrafError as error:
        click.echo(f"nutgraf: {error.message} [{error.code}]", err=True)
        sys.exit(exit_code_for(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has left; nothing is wrong
        sys.exit(0)
