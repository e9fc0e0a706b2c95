"""`make mutants`: put each deliberate fault into a copy of the tree; the tests named for it must fail.

Writes var/mutants/summary.json; ends with 1 when a fault goes unnoticed, and with 2 when one cannot be tried.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.changes import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
SUMMARY = ROOT / "var" / "mutants" / "summary.json"
FAILED, PASSED = 1, 0
"""What pytest ends with; everything else means that it did not run the tests."""


class CannotTry(Exception):
    """A mutant whose text is gone, or whose tests do not run."""


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


def mutate(tree: Path, mutant: Mutant) -> None:
    """Put a mutant's changes in place; raises CannotTry when a text does not stand there exactly once."""
    for change in mutant.changes:
        text = (tree / change.path).read_text()
        if text.count(change.old) != 1:
            raise CannotTry(f"{mutant.name}: {change.path} has {text.count(change.old)} times {change.old!r}")
        (tree / change.path).write_text(text.replace(change.old, change.new))


def restore(tree: Path, mutant: Mutant) -> None:
    """Put the originals back."""
    for change in mutant.changes:
        shutil.copy2(ROOT / change.path, tree / change.path)


def run_tests(tree: Path, tests: tuple[str, ...], *, which: str) -> tuple[int, str]:
    """Run tests in a copy; give how pytest ended and what it said."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-x", "-q", "--no-header", "-k", which, *tests],
        cwd=tree, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    return done.returncode, done.stdout[-4000:] + done.stderr[-1000:]


def try_mutant(tree: Path, mutant: Mutant, which: str) -> Tried:
    """Try one mutant in a copy of the tree and put the copy right again."""
    mutate(tree, mutant)
    try:
        code, said = run_tests(tree, mutant.tests, which=which)
    finally:
        restore(tree, mutant)
    if code not in (FAILED, PASSED):
        raise CannotTry(f"{mutant.name}: pytest ended with {code}\n{said}")
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    return Tried(mutant, None if code == PASSED else found[1] if found else "?")


def tell(tried: list[Tried]) -> bool:
    """Write the summary and say whether every mutant was noticed or is known to change nothing."""
    killed = [one for one in tried if one.noticed_by]
    equivalent = [one for one in tried if not one.noticed_by and one.mutant.equivalent]
    survived = [one.mutant.name for one in tried if not one.noticed_by and not one.mutant.equivalent]
    words = {
        "tried": len(tried),
        "killed": len(killed),
        "equivalent": len(equivalent),
        "survived": survived,
        "noticed_by": {one.mutant.name: one.noticed_by for one in killed},
        "why_equivalent": {one.mutant.name: one.mutant.equivalent for one in equivalent},
    }
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    SUMMARY.write_text(json.dumps(words, ensure_ascii=False, indent=2) + "\n")
    for name in survived:
        print(f"SURVIVED {name}")
    print(f"{len(tried)} tried, {len(killed)} killed, {len(equivalent)} equivalent, {len(survived)} survived")
    return not survived


def try_all(mutants: tuple[Mutant, ...], trees: list[Path], which: str) -> list[Tried]:
    """Try mutants, as many at once as there are copies."""
    free: SimpleQueue[Path] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def one(mutant: Mutant) -> Tried:
        tree = free.get()
        try:
            tried = try_mutant(tree, mutant, which)
        finally:
            free.put(tree)
        print(
            f"{'noticed ' if tried.noticed_by else 'SURVIVED'}  {mutant.name}: {tried.noticed_by}", flush=True
        )
        return tried

    with ThreadPoolExecutor(len(trees)) as pool:
        return list(pool.map(one, mutants))


def main() -> int:
    """Try them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutants with this in their name")
    parser.add_argument("--which", default="not postgresql", help="pytest's -k")
    parser.add_argument("--copies", type=int, default=2)
    order = parser.parse_args()
    mutants = tuple(mutant for mutant in MUTANTS if order.only in mutant.name)
    with tempfile.TemporaryDirectory(prefix="tongfa-mutants-") as folder:
        trees = [Path(folder) / str(number) for number in range(order.copies)]
        for tree in trees:
            copy_tree(tree)
        try:
            for mutant in mutants:  # before hours are spent on others
                mutate(trees[0], mutant)
                restore(trees[0], mutant)
            tests = tuple(sorted({test for mutant in mutants for test in mutant.tests}))
            code, said = run_tests(trees[0], tests, which=order.which)
            if code != PASSED:
                raise CannotTry(f"the tests do not pass without a mutant\n{said}")
            return 0 if tell(try_all(mutants, trees, order.which)) else 1
        except CannotTry as error:
            print(error, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
