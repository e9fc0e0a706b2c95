"""Commands that are read when they are called: whoever asks for one does not wait for the modules of all."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

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
    made.callback()(lambda: None)
    return made


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
