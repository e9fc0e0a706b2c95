"""HTTP spoken by hand: a request goes out as it is written, and nothing unpacks the answer."""

import asyncio
from dataclasses import dataclass

from yarl import URL


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it came; the names of headers are in small letters."""

    status: int
    every: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers by name, the last of those that came more than once."""
        return dict(self.every)


async def ask(base: str, line: str, *headers: str) -> Said:
    """Send one request line and give the answer."""
    url = URL(base)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    lines = (line, f"Host: {url.host}", "Connection: close", *headers, "", "")
    writer.write("\r\n".join(lines).encode())
    await writer.drain()
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    first, *rest = head.decode("latin-1").split("\r\n")
    named = (row.split(": ", 1) for row in rest)
    return Said(int(first.split()[1]), tuple((name.lower(), value) for name, value in named), body)
