"""A platform that does nothing, over real HTTP: it reads a request, counts it and answers with an id.

    python -m tests.bench.platform        prints its port, serves until its stdin ends

It speaks as little HTTP/1.1 as its callers need, because its own cost is shared by all who are compared.
"""

import asyncio
import itertools
import sys

_NUMBERS = itertools.count(1)


class Connection(asyncio.Protocol):
    """One kept connection."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end].lower()
            at = head.find(b"content-length:")
            length = 0 if at < 0 else int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._read) < end + 4 + length:
                return
            self._read = self._read[end + 4 + length :]
            body = b'{"id": "%d"}' % next(_NUMBERS)
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(body), body)
            )


async def main() -> None:
    """Serve on a free port until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
