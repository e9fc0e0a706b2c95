"""A call may leave only under a lease: asked for the last time when the connection stands.

A process may stand still at any line, for longer than its lease lasts, while another takes over what it was
about to send. What it checked before says nothing then, so the session asks again before the first byte.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from channels.transport import LeaseOver

_may_send: ContextVar[Callable[[], bool] | None] = ContextVar("may_send", default=None)


@contextmanager
def fenced(may_send: Callable[[], bool]) -> Iterator[None]:
    """Let calls of this block leave only while `may_send` says so; after that they are not sent."""
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
