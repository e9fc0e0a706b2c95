"""What is sent or written may leave only under a lease, which is asked for last of all.

A process may stand still at any line, for longer than its lease lasts, while another takes over what it was
about to send. What it checked before says nothing then. So the session asks again before it gives bytes to
the system (server/network.py), and the document root once nobody else can write to it any more.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

from channels.docroot import FolderRoot
from channels.transport import LeaseOver

_may_send: ContextVar[Callable[[], bool] | None] = ContextVar("may_send", default=None)


@contextmanager
def fenced(may_send: Callable[[], bool]) -> Iterator[None]:
    """Let calls and files of this block leave only while `may_send` says so; after that, LeaseOver."""
    mark = _may_send.set(may_send)
    try:
        yield
    finally:
        _may_send.reset(mark)


def refuse_without_lease() -> None:
    """Raise LeaseOver when whoever calls was fenced, and may send no more."""
    may_send = _may_send.get()
    if may_send is not None and not may_send():
        raise LeaseOver


class FencedRoot(FolderRoot):
    """A document root into which a fenced caller writes only under his lease.

    His turn keeps everybody else out until it ends: who stands still within it is waited for, and what was
    taken over from him meanwhile is written after him, by somebody who looks at what stands there.
    """

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter as the only writer of the root in all processes; raises LeaseOver."""
        async with super().turn():
            refuse_without_lease()
            yield
