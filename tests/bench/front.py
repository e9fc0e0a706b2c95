"""What nginx needs for a reader's request by our settings (deploy/nginx.conf) and by the least there is.

python -m tests.bench.front FOLDER [ROUNDS]    FOLDER is an office that tests.bench.archive has filled

Prints JSON: of each kind of request the microseconds of CPU by our settings and plainly, medians of rounds
in turns; `{"absent": "nginx"}` where there is no nginx.
"""

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.reading import Server, cost, free_port, running_server
from tests.bench.services import ROOT

SETTINGS = ROOT / "deploy" / "nginx.conf"
REQUESTS = 25_600  # a request costs little, and the system counts CPU in hundredths of a second
PLAIN = """
server {
    listen 127.0.0.1:%d;
    root %s;
    gzip_static on;
    types { text/html html; application/rss+xml rss; }
}"""


def main(folder: Path, rounds: int) -> None:
    """Ask both in turns."""
    nginx = shutil.which("nginx")
    if nginx is None:
        print(json.dumps({"absent": "nginx"}))
        return
    root = (folder / "site").resolve()
    article = next(path for path in sorted((root / "a").glob("*.html"))).relative_to(root).as_posix()
    kinds = {"feed 200": "feed/site.rss", "feed 304": "feed/site.rss", "article": article}
    ports = free_port(), free_port()
    with tempfile.TemporaryDirectory() as place:
        front = settings(Path(place) / "ours", ours(ports[0], root))
        least = settings(Path(place) / "plain", PLAIN % (ports[1], root))
        with (
            running_server([nginx, "-c", str(front)], ports[0]) as full,
            running_server([nginx, "-c", str(least)], ports[1]) as plain,
        ):
            told = _rounds((full, plain), kinds, rounds)
    medians = {
        kind: [statistics.median(side) for side in zip(*seen, strict=True)] for kind, seen in told.items()
    }
    print(json.dumps(medians))


def _rounds(
    servers: tuple[Server, Server], kinds: dict[str, str], rounds: int
) -> dict[str, list[tuple[float, ...]]]:
    told: dict[str, list[tuple[float, ...]]] = {kind: [] for kind in kinds}
    for _round in range(rounds):
        for kind, path in kinds.items():
            known = kind.endswith("304")
            told[kind].append(tuple(cost(one, path, known=known, requests=REQUESTS) for one in servers))
    return told


def ours(port: int, root: Path) -> str:
    """Give the settings as they are, but for the port, the folder and the server behind."""
    text = SETTINGS.read_text(encoding="utf-8")
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("root /var/lib/tongfa/site;", f"root {root};"),
        ("server web:8080;", "server 127.0.0.1:9;"),
    ):
        if text.count(old) != 1:
            raise ValueError(f"deploy/nginx.conf says {old!r} no longer")
        text = text.replace(old, new)
    return text


def settings(folder: Path, server: str) -> Path:
    """Write settings for one process that keeps connections as both of them do."""
    folder.mkdir()
    temporary = "\n".join(
        f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;\n"
        "events {}\n"
        f"http {{ access_log off; sendfile on; keepalive_requests 1000000;\n{temporary}\n{server}\n}}",
        encoding="utf-8",
    )
    return path


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
