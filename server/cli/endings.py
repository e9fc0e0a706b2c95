"""How a command ends when it cannot go on: one sentence on standard error and a code, never a trace."""

from typing import Final, NoReturn

import typer

from server.settings import BadSettings, Settings, load_settings

REFUSED: Final = 1
"""The server or the database said no."""

MISUSED: Final = 2
"""A setting, an argument or the machine does not fit: somebody must change it first."""


def end(sentence: str, code: int) -> NoReturn:
    """Say why and stop."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def settings_or_end(**given: object) -> Settings:
    """Read the settings; arguments that were not given do not count."""
    try:
        return load_settings(**{key: value for key, value in given.items() if value is not None})
    except BadSettings as error:
        end(str(error), MISUSED)
