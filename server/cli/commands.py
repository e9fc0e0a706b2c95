"""Commands that are read when they are called: whoever asks for one does not wait for the modules of all."""

from collections.abc import Mapping
from importlib import import_module, metadata
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

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


def group(places: Mapping[str, Place], **told: Any) -> typer.Typer:
    """Give a group of commands by their names.

    Each stands as "module:name", the name of a function or of a group of typer's, or is such a group itself;
    what is told of the group goes to typer as it is.
    """
    made = typer.Typer(
        cls=type("_Named", (_Group,), {"places": places}), no_args_is_help=True, **told, **_PLAIN
    )
    made.callback()(_nothing)
    return made


def program(places: Mapping[str, Place], **told: Any) -> typer.Typer:
    """Give the group that is the whole command line; it knows its version."""
    made = group(places, **told)
    made.callback()(_may_say_version)
    return made


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
