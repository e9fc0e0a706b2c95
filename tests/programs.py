"""Programs of others that some thorough tests ask: a test whose program is missing is skipped.

`make thorough` installs them all and sets NOTHING_MISSING: there, such a test fails instead.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

import pytest

NPM: Final = Path(__file__).parents[1] / ".venv" / "npm"
PACKAGES: Final = {
    "newsboat": "newsboat",
    "nginx": "nginx-light",
    "node": "nodejs",
    "soffice": "libreoffice-calc-nogui libreoffice-writer-nogui",
}
"""Each program, and Debian's packages with it; whatever else a test names is a package from npm."""


def look_for(item: pytest.Item) -> None:
    """Skip or fail a test that is marked with what is not here: `needs("node", "feedsmith")`."""
    missing = [name for mark in item.iter_markers("needs") for name in _missing(mark.args)]
    if missing:
        lacking(f"not installed: {', '.join(missing)}; `make thorough` installs it")


def lacking(why: str) -> NoReturn:
    """Skip a test for want of something from outside, or fail it where nothing may be missing."""
    if os.environ.get("NOTHING_MISSING"):
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


def _missing(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if name in PACKAGES and shutil.which(name) is None:
            yield PACKAGES[name]
        elif name not in PACKAGES and not (NPM / "node_modules" / name).is_dir():
            yield name
