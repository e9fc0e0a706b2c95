"""What a channel can do whose posts stand among lists of the whole site: write those again, step by step."""

from typing import Protocol, runtime_checkable

from channels.item import Content


@runtime_checkable
class Renews(Protocol):
    """A channel whose pages tell of the whole site (its columns), written again in small steps."""

    async def count_parts(self, key: str, /) -> int | None:
        """Give the number of a list's older parts; None for a list that this channel does not show."""

    async def renew_list(self, key: str, number: int | None, content: Content, /) -> None:
        """Write a list's newest part (None) or an older one again; `content` has a place in the list."""

    async def renew_frame(self) -> None:
        """Write what stands beside the lists and the posts again."""

    async def leave(self, folder: str, merged: str | None, /) -> None:
        """Take away what stood in a column's former folder, and what a merged column had under its slug."""
