"""Ports for servers that are told where to listen before they are started."""

import socket
from collections.abc import Iterator
from typing import Final

_FIRST: Final = 15_000
_BLOCKS: Final = 160
_BLOCK: Final = 100
"""Below the ports from which a kernel gives away: none of these is taken by a connection before we listen."""

_held: Final[list[socket.socket]] = []
"""What tells all processes of this machine which blocks are ours, for as long as we live."""


def _ports() -> Iterator[int]:
    while True:
        block = _block_of_our_own()
        yield from range(_FIRST + block * _BLOCK, _FIRST + (block + 1) * _BLOCK)


def _block_of_our_own() -> int:
    """Take a block that no other process of any tests has: a look at a port alone would not keep it free."""
    for block in range(_BLOCKS):
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0tongfa-tests-ports-{block}")  # a name that goes with its process
        except OSError:
            mark.close()
            continue
        _held.append(mark)
        return block
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
