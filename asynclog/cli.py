"""The door: which commands there are. Each is a file in `commands/`, loaded when used: `--help` stays fast."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from asynclog.errors import UsageError

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

COMPLETION = """\b
Shell completion, in the start-up file of the shell:
  bash  eval "$(_ASYNCLOG_COMPLETE=bash_source asynclog)"
  zsh   eval "$(_ASYNCLOG_COMPLETE=zsh_source asynclog)"
  fish  _ASYNCLOG_COMPLETE=fish_source asynclog | source"""

#: Name -> what it is for. The click command is `command` in `asynclog/commands/NAME.py`.
COMMANDS: Mapping[str, str] = MappingProxyType({
    "analyze": "Report what happened in one run.",
    "diff": "Say what changed between two runs.",
    "trend": "Follow groups over many runs.",
    "check": "Say yes or no to a build from its log (for CI).",
    "baseline": "Make or update the file of what is accepted.",
    "explain": "Say why a group is what it is: prefix, objects, creation site, rule, identity.",
    "rules": "List, explain and test the rules; print the schema of rule files.",
})  # fmt: skip


class ReaderGone(Exception):  # noqa: N818 - no error: somebody has seen enough
    """Whoever read standard output went away."""


class Commands(click.Group):
    """A group that knows its commands by name and loads the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"asynclog.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; what is none gets a way out: a log wants `analyze`, a slip of the pen its fellow."""
        word = args[0]
        if word in COMMANDS or ctx.resilient_parsing or word.startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(word, COMMANDS, 1)
        if os.path.exists(word):
            hint = f"to read a log: asynclog analyze {word}"
        else:
            hint = f"did you mean {near[0]}?" if near else f"commands: {', '.join(COMMANDS)}"
        raise UsageError(f"no command {word!r}", hint)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:  # noqa: ANN401 - click's
        """Read the words. `--help` and `--version` write already here."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. What click would take for an abort or a failure (1, 130) keeps its own meaning."""
        try:
            return super().invoke(ctx)
        except EOFError as error:
            raise RuntimeError(f"unexpected end of data: {error}") from error
        except BrokenPipeError as error:
            raise ReaderGone from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """What a bug report needs: asynclog's version, Python's, the platform's, the libraries'."""
    if not wanted or ctx.resilient_parsing:
        return
    from asynclog.commands.version import version

    click.echo(version())
    ctx.exit()


@click.group(cls=Commands, context_settings=CONTEXT, epilog=COMPLETION)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show versions.")
def cli() -> None:
    """Find out from a log what went wrong in an asyncio program.

    asynclog reads log files after the fact: slow callbacks, lost exceptions, destroyed tasks, coroutines never awaited.
    """
