"""`make bench`: the core beside its peers and beside the floor, all in one run.

Every figure is a median of rounds in which the contenders take turns, so that a noisy minute is everybody's.
Writes var/bench/results.json: rows of {name, ours, peer, peer_name, unit, ratio, goal, met}; `met` is None
where there is no goal.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.noop import CHANNELS
from tests.bench.services import (
    ROOT,
    new_database,
    open_platform,
    open_postgres,
    open_queue,
    running,
    with_tables,
)

FOLDER = ROOT / "var" / "bench"
PACE = 20.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a contender."""

    items_a_second: float
    p50: float  # ms
    p99: float
    spent: dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A comparison; a ratio above 1 is ours to the peer's, whichever way is better."""

    name: str
    ours: float
    peer: float
    peer_name: str
    unit: str
    ratio: float
    goal: str
    met: bool | None


def main() -> int:
    """Run the bench and print it; give 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--peers", type=Path, help="an environment with the peers, in place of one of our own"
    )
    given = parser.parse_args()
    shutil.rmtree(FOLDER / "runs", ignore_errors=True)
    (FOLDER / "runs").mkdir(parents=True)
    python = _peers_python(given.peers)
    rows: list[Row] = []
    with (
        open_platform() as platform,
        open_postgres() as postgres,
        open_queue(FOLDER / "runs" / "queue") as queue,
    ):
        for engine, base in (("SQLite", str(FOLDER / "runs")), ("PostgreSQL", postgres)):
            bench = _Bench(engine, base, platform, queue, python)
            rows += bench.compare(given.items, given.rounds)
    rows.append(_page_row())
    rows += [*_archive_rows(), *_reader_rows(given.rounds), *_front_rows(given.rounds), _lists_row()]
    (FOLDER / "results.json").write_text(
        json.dumps({"rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=2)
    )
    print_rows(rows)
    return 1 if any(row.met is False for row in rows) else 0


class _Bench:
    """One engine's contenders."""

    def __init__(self, engine: str, base: str, platform: str, queue: str, python: str) -> None:
        self._engine, self._base, self._platform = engine, base, platform
        self._queue, self._python = queue, python
        self._serial = 0
        self._contenders: dict[str, Callable[[int, float], Run]] = {
            "Tongfa": lambda items, pace: self._own("ours", items, pace),
            "floor": lambda items, pace: self._own("floor", items, pace),
            "taskiq": lambda items, pace: self._peer("taskiq", items, pace),
            "celery": lambda items, pace: self._peer("celery", items, pace),
        }
        if engine == "PostgreSQL":  # SQLite has one process
            self._contenders["three processes"] = lambda items, pace: self._own("apart", items, pace)

    def compare(self, items: int, rounds: int) -> list[Row]:
        """Run everybody in turns, at full speed and at a pace; give the rows."""
        fast = self._rounds(items, 0.0, rounds)
        paced = self._rounds(100, PACE, rounds)
        rows = [*self._rates(fast, "Tongfa"), *self._delays(paced, "Tongfa")]
        if "three processes" in fast:
            rows += [*self._rates(fast, "three processes"), *self._delays(paced, "three processes")]
        _print_spent(self._engine, items, fast["Tongfa"][-1])
        return rows

    def _rates(self, runs: dict[str, list[Run]], ours: str) -> list[Row]:
        """Compare how many items a second ours and the others manage."""
        rate = statistics.median(run.items_a_second for run in runs[ours])
        rows = []
        for name, least in (("taskiq", 5.0), ("celery", 5.0), ("floor", 0.5)):
            peer = statistics.median(run.items_a_second for run in runs[name])
            ratio = rate / peer
            goal = None if name == "celery" else least
            rows.append(
                Row(
                    f"one item to four platforms, {self._engine}{_apart(ours)}", rate, peer, name, "items/s",
                    ratio,
                    f">= {least}" if goal else "", None if goal is None else ratio >= goal,
                )
            )  # fmt: skip
        return rows

    def _delays(self, runs: dict[str, list[Run]], ours: str) -> list[Row]:
        """Compare how long an item takes with ours and with the others, at a pace."""
        rows = []
        for name in ("taskiq", "celery", "floor"):
            for figure in ("p50", "p99"):
                value, peer = (
                    statistics.median(getattr(run, figure) for run in runs[one]) for one in (ours, name)
                )
                has_goal = name == "taskiq"
                rows.append(
                    Row(
                        f"{figure} at {PACE:g} items/s, {self._engine}{_apart(ours)}", value, peer, name,
                        "ms", value / peer,
                        "< 1" if has_goal else "", value < peer if has_goal else None,
                    )
                )  # fmt: skip
        return rows

    def _rounds(self, items: int, pace: float, rounds: int) -> dict[str, list[Run]]:
        runs: dict[str, list[Run]] = {name: [] for name in self._contenders}
        for _round in range(rounds):
            for name, run in self._contenders.items():
                runs[name].append(run(items, pace))
                print(f"{self._engine} {name} {'paced' if pace else 'fast'}: {runs[name][-1]}", flush=True)
        return runs

    def _database(self, name: str) -> str:
        self._serial += 1
        return new_database(self._base, f"{name}{self._serial}")

    def _own(self, module: str, items: int, pace: float) -> Run:
        database = self._database(module)
        orders = {
            "database": with_tables(database) if module in ("ours", "apart") else database,
            "platform": self._platform,
            "queue": self._queue,
            "items": items,
            "pace": pace,
        }
        done = _capture([sys.executable, "-m", f"tests.bench.{module}", json.dumps(orders)])
        seen = json.loads(done)
        return _run(items, seen["seconds"], seen["latencies"], seen["spent"])

    def _peer(self, name: str, items: int, pace: float) -> Run:
        orders = {
            "redis": self._queue,
            "platform": self._platform,
            "database": self._database(name),
            "channels": CHANNELS,
        }
        env = {**os.environ, "BENCH": json.dumps(orders), "PYTHONPATH": str(ROOT)}
        workers = {
            "taskiq": ["-m", "taskiq", "worker", "tests.bench.peers.taskiq_app:broker", "--workers", "2"],
            "celery": ["-m", "celery", "-A", "tests.bench.peers.celery_app", "worker", "-c", "2"],
        }[name]
        _capture([self._python, "-m", "tests.bench.peers.results", "create"], env=env)
        with running([self._python, *workers], env=env, log=FOLDER / "runs" / f"{name}.log"):
            time.sleep(5)  # the workers have forked and listen by now
            kicked = json.loads(
                _capture(
                    [self._python, "-m", f"tests.bench.peers.{name}_app", str(items), str(pace)], env=env
                )
            )
            rows = json.loads(
                _capture([self._python, "-m", "tests.bench.peers.results", "wait", str(4 * items)], env=env)
            )
        last: dict[str, float] = {}
        for item, done_at in rows:
            last[str(item)] = max(last.get(str(item), 0.0), done_at)
        latencies = [1000 * (last[item] - at) for item, at in kicked["kicked"].items()]
        return _run(items, max(last.values()) - kicked["begun"], latencies, {})


def _apart(ours: str) -> str:
    """Name the reading in which ours takes items in one process and sends them in two others."""
    return "" if ours == "Tongfa" else f", {ours}"


def _run(items: int, seconds: float, latencies: list[float], spent: dict[str, float]) -> Run:
    cut = statistics.quantiles(latencies, n=100, method="inclusive")
    return Run(items / seconds, cut[49], cut[98], spent)


def _page_row() -> Row:
    seen = json.loads(_capture([sys.executable, "-m", "tests.bench.page", str(FOLDER / "runs" / "page")]))
    p50 = statistics.median(seen["latencies"])
    return Row(
        "release to page with a reader, idle, p50", p50, 50.0, "goal", "ms", p50 / 50, "<= 50 ms", p50 <= 50
    )


def _archive_rows() -> list[Row]:
    """Publish one item beside few others and beside very many; the second folder is what readers ask for."""
    seen = {}
    for count in (100_000, 100):
        run = _capture(
            [sys.executable, "-m", "tests.bench.archive", str(_archive(count)), str(count)], seconds=1800
        )
        seen[count] = json.loads(run)
    rows = []
    for figure, unit, most in (("files", "files", 1.0), ("cpu", "ms CPU", 1.3)):
        many, few = seen[100_000][figure], seen[100][figure]
        name = f"publish one item beside 100000, {figure}"
        rows.append(
            Row(name, many, few, "100", unit, many / few, f"<= {most}", many / few <= most)
        )  # fmt: skip
    return rows


def _archive(count: int) -> Path:
    return FOLDER / "runs" / f"archive{count}"


def _reader_rows(rounds: int) -> list[Row]:
    run = _capture(
        [sys.executable, "-m", "tests.bench.reading", str(_archive(100)), str(rounds)], seconds=600
    )
    return [
        Row(
            f"a reader's request: {kind}",
            ours,
            bare,
            "bare",
            "us CPU",
            ours / bare,
            "<= 1.5",
            ours / bare <= 1.5,
        )
        for kind, (ours, bare) in json.loads(run).items()
    ]


def _front_rows(rounds: int) -> list[Row]:
    """Compare the rates that nginx reaches by our settings and by plain ones; no row where it is absent."""
    run = _capture([sys.executable, "-m", "tests.bench.front", str(_archive(100)), str(rounds)], seconds=1200)
    seen = json.loads(run)
    if "absent" in seen:
        print("nginx is not installed: its rows are left out", flush=True)
        return []
    rows = []
    for kind, (ours, plain) in seen.items():
        rates = 1_000_000 / ours, 1_000_000 / plain
        ratio = plain / ours
        rows.append(
            Row(f"nginx: {kind}", *rates, "plain", "a CPU s", ratio, ">= 0.95", ratio >= 0.95)
        )  # fmt: skip
    return rows


def _lists_row() -> Row:
    run = _capture([sys.executable, "-m", "tests.bench.feeds", str(FOLDER / "runs" / "feeds")])
    cpu = statistics.median(json.loads(run)["cpu"])
    return Row(
        "one article into 10 lists x 3 formats",
        cpu,
        150.0,
        "goal",
        "ms CPU",
        cpu / 150,
        "<= 150 ms",
        cpu <= 150,
    )


def _capture(command: list[str], env: dict[str, str] | None = None, *, seconds: float = 300) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[1:3]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def _peers_python(environment: Path | None) -> str:
    """Give the Python of the peers' own environment, made once."""
    home = environment or FOLDER / "peers"
    python = str(home / "bin" / "python")
    if not Path(python).exists():
        venv.create(home, with_pip=True)
        needs = str(Path(__file__).with_name("peers") / "requirements.txt")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", needs], check=True)
    return python


def _print_spent(engine: str, items: int, run: Run) -> None:
    print(f"\nwhere the time goes, {engine}, the last of our runs (ms an item):")
    for part, seconds in sorted(run.spent.items(), key=lambda pair: -pair[1]):
        print(f"  {1000 * seconds / items:7.3f}  {part}")


def print_rows(rows: list[Row]) -> None:
    """Print comparisons, one a line."""
    print()
    for row in rows:
        word = {True: "met", False: "MISSED", None: ""}[row.met]
        print(
            f"{row.name:46} {row.ours:9.1f} {row.unit:8} {row.peer_name:7} {row.peer:9.1f}"
            f"  x{row.ratio:5.2f}  {row.goal:9} {word}"
        )


if __name__ == "__main__":
    sys.exit(main())
