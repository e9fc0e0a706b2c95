"""What aiohttp raises while it reads a form with files that is none."""

from typing import Final

from aiohttp.http_exceptions import HttpProcessingError

BROKEN: Final = (ValueError, HttpProcessingError)
"""One that breaks off or has no boundary; one whose parts have heads that are none, too long or too many."""
