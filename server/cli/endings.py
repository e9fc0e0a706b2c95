"""How a command ends when it cannot go on: one sentence on standard error and a code, never a trace."""

from typing import Final, NoReturn, TypeVar

import typer
from pydantic import BaseModel

from server.forms.complaints import BadForm, filled_in
from server.settings import BadSettings, Settings, load_settings
from server.store.tx import StoreAway, StoreFull

FormT = TypeVar("FormT", bound=BaseModel)

REFUSED: Final = 1
"""The server or the database said no."""

MISUSED: Final = 2
"""A setting, an argument or the machine does not fit: somebody must change it first."""


def end(sentence: str, code: int) -> NoReturn:
    """Say why and stop."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def end_without_store(error: StoreAway) -> NoReturn:
    """Stop because the database does not answer, or cannot write."""
    if isinstance(error, StoreFull):
        end(f"磁盘写不进去（多半是空间已用完）：{error}。请清理磁盘空间后再运行一次。", REFUSED)
    end(f"连不上数据库：{error}", REFUSED)


def settings_or_end(**given: object) -> Settings:
    """Read the settings; arguments that were not given do not count."""
    try:
        return load_settings(**{key: value for key, value in given.items() if value is not None})
    except BadSettings as error:
        end(str(error), MISUSED)


def form_or_end(model: type[FormT], **given: object) -> FormT:
    """Read arguments as the form that other faces read them by."""
    try:
        return filled_in(model, given)
    except BadForm as bad:
        end("；".join(problem.message for problem in bad.problems) + "。", MISUSED)


def require_word(text: str, words: tuple[str, ...], what: str) -> None:
    """Stop unless a word is one of those that are known."""
    if text not in words:
        end(f"没有“{text}”这种{what}，可用的是：{'、'.join(words)}。", MISUSED)
