"""Cells of a table that a spreadsheet will open: what strangers wrote stays text there, and never runs."""

from typing import Final

_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that Excel or WPS may take for a formula."""


def as_text(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: an apostrophe before it says that it is text."""
    return f"'{cell}" if cell.startswith(_RUNS) else cell
