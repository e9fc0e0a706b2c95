"""What a reader's request costs the server's CPU: `tongfa web` beside bare aiohttp, with the same bytes.

python -m tests.bench.reading FOLDER [ROUNDS]    FOLDER is an office that tests.bench.archive has filled

Prints JSON: of each kind of request our microseconds and bare aiohttp's, medians of rounds in turns.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.services import ROOT

REQUESTS, WARM, OPEN = 6400, 320, 16


@dataclass(frozen=True, slots=True)
class Server:
    """A server process and its port."""

    pid: int
    port: int

    def spent(self) -> float:
        """Give the seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(folder: Path, rounds: int) -> None:
    """Ask both servers in turns."""
    root = folder / "site"
    article = next(path for path in sorted((root / "a").glob("*.html"))).relative_to(root).as_posix()
    kinds = {
        "feed 200": "feed/site.rss",
        "feed 304": "feed/site.rss",
        "home": "index.html",
        "article": article,
    }
    ports = free_port(), free_port()
    ours = [sys.executable, "-m", "server.cli", "web"]
    bare = [
        sys.executable,
        "-m",
        "tests.bench.bare",
        str(root),
        str(ports[1]),
        *dict.fromkeys(kinds.values()),
    ]
    env = {**os.environ, "TONGFA_VAR": str(folder), "TONGFA_PORT": str(ports[0]), "PYTHONPATH": str(ROOT)}
    with running_server(ours, ports[0], env) as server, running_server(bare, ports[1], env) as floor:
        told: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
        for _round in range(rounds):
            for kind, path in kinds.items():
                spent = tuple(cost(one, path, known=kind.endswith("304")) for one in (server, floor))
                told[kind].append((spent[0], spent[1]))
    print(
        json.dumps(
            {
                kind: [statistics.median(side) for side in zip(*seen, strict=True)]
                for kind, seen in told.items()
            }
        )
    )


def cost(server: Server, path: str, *, known: bool, requests: int = REQUESTS) -> float:
    """Give the microseconds of CPU that a request costs."""
    asked = f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _line in range(OPEN)]
    tag = re.search(rb'(?i)etag: ("[^"]+")', _answer(lines[0], f"{asked}\r\n".encode()))
    assert tag is not None
    request = f"{asked}If-None-Match: {tag[1].decode()}\r\n\r\n" if known else f"{asked}\r\n"
    _ask(lines, request.encode(), WARM, b"304" if known else b"200")
    before = server.spent()
    _ask(lines, request.encode(), requests, b"304" if known else b"200")
    spent = server.spent() - before
    for line in lines:
        line.close()
    return 1_000_000 * spent / requests


def _ask(lines: list[socket.socket], request: bytes, count: int, status: bytes) -> None:
    for _turn in range(count // len(lines)):
        for line in lines:
            line.sendall(request)
        for line in lines:
            head = _answer(line, b"")
            assert head.split(b" ", 2)[1] == status, head


def _answer(line: socket.socket, request: bytes) -> bytes:
    """Send a request, read one answer to its end, and give its head."""
    if request:
        line.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length is not None and len(body) < int(length[1]) and b" 304 " not in head:
        body += _more(line)
    return head


def _more(line: socket.socket) -> bytes:
    got = line.recv(262144)
    if not got:
        raise ConnectionError("the server has hung up")
    return got


@contextmanager
def running_server(command: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[Server]:
    """Run a server until the end of the block, and wait until its port answers."""
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _try in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Server(child.pid, port)
    finally:
        child.terminate()
        child.wait(20)


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
