"""Ports for servers that are told where to listen before they are started."""

import socket
from collections.abc import Iterator
from typing import Final

_ALL: Final = range(15_000, 31_000)
"""Below those from which a kernel gives away: none of these is taken by a connection before we listen."""
_BLOCK: Final = 100

_held: Final[list[socket.socket]] = []
"""The first port of each block that is ours: nobody can have it for as long as this process lives."""


def _ports() -> Iterator[int]:
    while True:
        yield from _block_of_our_own()


def _block_of_our_own() -> range:
    """Take a block that no other process of any tests has: a look at a port alone would not keep it free."""
    for first in _ALL[::_BLOCK]:
        mark = socket.socket()
        try:
            mark.bind(("127.0.0.1", first))
        except OSError:
            mark.close()
            continue
        _held.append(mark)
        return range(first + 1, first + _BLOCK)
    raise AssertionError("all ports of the tests are taken")


_PORTS: Final = _ports()


def free_port() -> int:
    """Give a port of this machine where nobody listens, and which is given to nobody else."""
    for port in _PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("ports have no end")
