"""The deliberate faults fit the code as it stands, so that `make mutants` can try each of them."""

from pathlib import Path

import pytest

from tests.mutants.changes import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_a_text_that_stands_once_and_has_tests_to_notice_it(mutant: Mutant):
    counts = {change.old: (ROOT / change.path).read_text().count(change.old) for change in mutant.changes}
    assert set(counts.values()) == {1}, counts
    assert all((ROOT / test.partition("::")[0]).is_file() for test in mutant.tests)
    assert all(f"def {name}(" in (ROOT / path).read_text() for path, name in _named(mutant))


def _named(mutant: Mutant) -> list[tuple[str, str]]:
    return [(path, name) for path, _, name in (test.partition("::") for test in mutant.tests) if name]
