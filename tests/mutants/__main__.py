"""`make mutants`: put each deliberate fault into a copy of the tree; the tests named for it must fail.

The tests are measured first, without a fault and with as many at once as later; a fault under which they take
many times as long is noticed by that, once they were measured again: the machine may have got slower.
Writes var/mutants/summary.json; ends with 1 when a fault goes unnoticed, and with 2 when one cannot be tried.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from queue import SimpleQueue
from typing import Final
from xml.etree import ElementTree as ET

from tests.mutants.changes import MUTANTS, Mutant

ROOT: Final = Path(__file__).parents[2]
SUMMARY: Final = ROOT / "var" / "mutants" / "summary.json"
FAILED, PASSED = 1, 0
"""What pytest ends with; everything else means that it did not run the tests."""
TIMES: Final = 5
"""So many times their own seconds may tests take under a fault."""
LEAST: Final = 60.0
_FIRST: Final = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)

Selection = tuple[str, tuple[str, ...]]
"""A database and arguments for pytest: what is measured together, and tried together."""


class CannotTry(Exception):
    """A mutant whose text is gone, or whose tests do not run."""


class TookTooLong(Exception):
    """The tests did not end in time."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one mutant: the first test that noticed it, None when it survived."""

    mutant: Mutant
    noticed_by: str | None


def copy_tree(into: Path) -> None:
    """Copy what is under version control, as it stands in the working tree."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)


@dataclass(frozen=True, slots=True)
class Seconds:
    """What tests take without a fault: to start, and each by its id."""

    start: float
    tests: Mapping[str, float]

    def of(self, chosen: tuple[str, ...]) -> float:
        """Give what the chosen ones take together."""
        return self.start + sum(took for name, took in self.tests.items() if name.startswith(chosen))

    def __or__(self, other: "Seconds") -> "Seconds":
        """Give both."""
        return Seconds(max(self.start, other.start), {**self.tests, **other.tests})


@contextmanager
def mutated(tree: Path, mutant: Mutant) -> Iterator[None]:
    """Put a mutant's changes in place, and the originals back.

    Raises CannotTry when a text does not stand there exactly once.
    """
    before = {change.path: (tree / change.path).read_text() for change in mutant.changes}
    try:
        for change in mutant.changes:
            text = (tree / change.path).read_text()
            if text.count(change.old) != 1:
                where = f"{change.path} has {text.count(change.old)} times {change.old!r}"
                raise CannotTry(f"{mutant.name}: {where}")
            (tree / change.path).write_text(text.replace(change.old, change.new))
        yield
    finally:
        for path, text in before.items():
            (tree / path).write_text(text)


def selection_of(mutant: Mutant) -> Selection:
    """Give what is run for a mutant."""
    return mutant.engine, mutant.tests


def run_tests(
    tree: Path, selection: Selection, *, limit: float, report: Path | None = None
) -> tuple[int, str]:
    """Run tests in a copy until the first fails; give how pytest ended and what it said.

    Raises TookTooLong. `report` is where each test's seconds are written.
    """
    engine, tests = selection
    other = "postgresql" if engine == "sqlite" else "sqlite"
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider",
         "-k", f"not {other}", *((f"--junit-xml={report}",) if report else ()), *tests],
        cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as running:  # fmt: skip
        try:
            said, _ = running.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)  # its workers, too
            running.communicate()
            raise TookTooLong from None
    return running.returncode, said[-5000:]


def measure(tree: Path, selection: Selection) -> Seconds:
    """Give how long each test takes without a fault; raises CannotTry when one fails."""
    began, report = time.monotonic(), tree / "measured.xml"
    try:
        code, said = run_tests(tree, selection, limit=1800, report=report)
    except TookTooLong:
        raise CannotTry(f"half an hour without a mutant: {selection}") from None
    if code != PASSED:
        raise CannotTry(f"the tests do not pass without a mutant: {selection}\n{said}")
    whole, tests = time.monotonic() - began, {}
    for case in ET.parse(report).iter("testcase"):
        path = case.attrib["classname"].replace(".", "/") + ".py"
        tests[f"{path}::{case.attrib['name']}"] = float(case.attrib["time"])
    return Seconds(whole - sum(tests.values()), tests)


def try_mutant(tree: Path, mutant: Mutant, seconds: Seconds) -> Tried:
    """Try one mutant in a copy of the tree; `seconds` is what tests take without it."""
    selection = selection_of(mutant)
    try:
        return _try_once(tree, mutant, seconds)
    except TookTooLong:
        again = measure(tree, selection)
    try:
        return _try_once(tree, mutant, again)
    except TookTooLong:
        return Tried(mutant, "its tests do not end")


def _try_once(tree: Path, mutant: Mutant, seconds: Seconds) -> Tried:
    with mutated(tree, mutant):
        limit = max(LEAST, TIMES * seconds.of(mutant.tests))
        code, said = run_tests(tree, selection_of(mutant), limit=limit)
    if code not in (FAILED, PASSED):
        raise CannotTry(f"{mutant.name}: pytest ended with {code}\n{said}")
    found = _FIRST.search(said)
    return Tried(mutant, None if code == PASSED else found[1] if found else "?")


def tell(tried: Sequence[Tried], seconds: float) -> bool:
    """Write the summary and say whether every mutant was noticed or is known to change nothing."""
    killed = [one for one in tried if one.noticed_by]
    equivalent = [one for one in tried if not one.noticed_by and one.mutant.equivalent]
    survived = [one.mutant.name for one in tried if not one.noticed_by and not one.mutant.equivalent]
    words = {
        "tried": len(tried),
        "killed": len(killed),
        "equivalent": len(equivalent),
        "survived": survived,
        "seconds": round(seconds),
        "noticed_by": {one.mutant.name: one.noticed_by for one in killed},
        "why_equivalent": {one.mutant.name: one.mutant.equivalent for one in equivalent},
    }
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    SUMMARY.write_text(json.dumps(words, ensure_ascii=False, indent=2) + "\n")
    for name in survived:
        print(f"SURVIVED {name}")
    print(
        f"{len(tried)} tried, {len(killed)} killed, {len(equivalent)} equivalent, {len(survived)} survived,"
        f" {seconds / 60:.0f} minutes"
    )
    return not survived


def try_all(mutants: tuple[Mutant, ...], trees: list[Path]) -> list[Tried]:
    """Measure the tests, then try the mutants, as many at once as there are copies."""
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    @contextmanager
    def a_tree() -> Iterator[Path]:
        tree = free.get()
        try:
            yield tree
        finally:
            free.put(tree)

    def measured(selection: Selection) -> Seconds:
        with a_tree() as tree:
            return measure(tree, selection)

    def tried(mutant: Mutant) -> Tried:
        with a_tree() as tree:
            began = time.monotonic()
            one = try_mutant(tree, mutant, baseline)
        took = time.monotonic() - began
        print(f"{one.noticed_by or 'SURVIVED'} ({took:.0f} s)  {mutant.name}", flush=True)
        return one

    with ThreadPoolExecutor(len(trees)) as pool:
        baseline = reduce(or_, pool.map(measured, _selections(mutants, len(trees))))
        print(f"without a mutant: {baseline.of(('',)):.0f} s", flush=True)
        return list(pool.map(tried, mutants))


def _selections(mutants: tuple[Mutant, ...], shares: int) -> list[Selection]:
    """Give every test of some mutants once, those of a database in so many shares."""
    found = []
    for engine in ("sqlite", "postgresql"):
        tests = sorted({test for mutant in mutants if mutant.engine == engine for test in mutant.tests})
        found += [(engine, tuple(tests[share::shares])) for share in range(min(shares, len(tests)))]
    return found


def main() -> int:
    """Try them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutants with this in their name")
    parser.add_argument("--copies", type=int, default=2)
    order = parser.parse_args()
    mutants = tuple(mutant for mutant in MUTANTS if order.only in mutant.name)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tongfa-mutants-") as folder:
        trees = [Path(folder) / str(number) for number in range(order.copies)]
        for tree in trees:
            copy_tree(tree)
        try:
            for mutant in mutants:  # before minutes are spent on others
                with mutated(trees[0], mutant):
                    pass
            return 0 if tell(try_all(mutants, trees), time.monotonic() - began) else 1
        except CannotTry as error:
            print(error, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
