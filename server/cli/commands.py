"""Commands that are read when they are called: whoever asks for one does not wait for the modules of all."""

import errno
import io
import sys
from collections.abc import Callable, Mapping
from importlib import import_module, metadata
from typing import Annotated, Any, ClassVar, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from server.cli.misuse import say_misuse
from server.file_errors import reason_of

Place = str | typer.Typer


class _Group(TyperGroup):
    places: ClassVar[Mapping[str, Place]]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:  # noqa: ARG002
        place = self.places.get(cmd_name)
        if place is None:
            return None
        known: Any = typer.main.get_command(_typer(place))
        known.name = cmd_name
        return known  # type: ignore[no-any-return]  # what a command is belongs to typer's own copy of click


class _Program(_Group):
    """The outermost group, which says itself what is wrong with a command line."""

    def main(self, *given: Any, **more: Any) -> NoReturn:
        """Run the command and end the process."""
        for stream in (sys.stdout, sys.stderr):
            # A terminal of GBK has no Mongolian: its letters are told by number there.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        if not all(map(_is_text, sys.argv)):
            typer.echo("命令里有读不出的字符：终端的编码和 LANG 说的不一样。", err=True)
            sys.exit(2)
        try:
            code = super().main(*given, **{**more, "standalone_mode": False})
        except typer.TyperException as error:
            if error.format_message():  # else a group was called alone, and has shown its help
                typer.echo(say_misuse(error), err=True)
            code = error.exit_code
        except typer.Abort:
            typer.echo("已中止。", err=True)
            code = 1
        except OSError as error:
            if error.filename is None and error.errno != errno.ENOSPC:  # not about a file: a fault of ours
                raise
            typer.echo(f"读写文件失败（{error.filename or ''}）：{reason_of(error)}。", err=True)
            code = 1
        sys.exit(code)


def group(places: Mapping[str, Place], **told: Any) -> typer.Typer:
    """Give a group of commands by their names.

    Each stands as "module:name", the name of a function or of a group of typer's, or is such a group itself;
    what is told of the group goes to typer as it is.
    """
    return _made(_Group, _nothing, places, told)


def program(places: Mapping[str, Place], **told: Any) -> typer.Typer:
    """Give the group that is the whole command line; it knows its version."""
    return _made(_Program, _may_say_version, places, told)


def _made(
    kind: type[_Group], before: Callable[..., None], places: Mapping[str, Place], told: Mapping[str, Any]
) -> typer.Typer:
    named = type("_Named", (kind,), {"places": places})
    made = typer.Typer(cls=named, no_args_is_help=True, **told, **_PLAIN)
    made.callback()(before)
    return made


def _is_text(word: str) -> bool:
    """Say whether a word came in the encoding of the terminal; other bytes stand as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in word)


def _nothing() -> None:
    pass


def _say_version(wanted: bool) -> None:  # noqa: FBT001 -- typer gives it so
    if wanted:
        typer.echo(f"tongfa {metadata.version('tongfa')}")
        raise typer.Exit


def _may_say_version(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="显示版本", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    pass


_PLAIN: Mapping[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,  # they print local variables, secrets among them
}


def _typer(place: Place) -> typer.Typer:
    if isinstance(place, typer.Typer):
        return place
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    if isinstance(found, typer.Typer):
        return found
    alone = typer.Typer(**_PLAIN)
    alone.command()(found)
    return alone
