"""Ports for servers that are told where to listen before they are started."""

import os
import socket
from collections.abc import Iterator
from typing import Final

_FIRST: Final = 15_000
_COUNT: Final = 16_000
"""Below those from which a kernel gives away: none of these is taken by a connection before we listen."""
_EACH: Final = 97  # of one process of the tests, before it comes to those of another


def _ports() -> Iterator[int]:
    begin = os.getpid() * _EACH
    while True:
        yield _FIRST + begin % _COUNT
        begin += 1


_PORTS: Final = _ports()


def free_port() -> int:
    """Give a port of this machine where nobody listens; never the same one soon again."""
    for port in _PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("ports have no end")
