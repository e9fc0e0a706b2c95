"""What `make install` leans on: exact versions of everything, and scripts that any shell reads."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from _pytest.outcomes import Failed, Skipped
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.programs import PACKAGES, lacking

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [Requirement(line) for line in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"])]


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_what_is_wanted_has_an_exact_version_that_fits(wanted: Requirement):
    assert wanted.specifier.contains(pinned()[canonicalize_name(wanted.name)])


@pytest.mark.parametrize(
    "script", sorted((ROOT / "deploy" / "setup").glob("*.sh")), ids=lambda path: path.name
)
def test_a_script_is_read_by_a_plain_shell(script: Path):
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0


def test_whatever_a_slow_test_asks_for_is_installed_for_it():
    script = (ROOT / "deploy" / "setup" / "test-needs.sh").read_text(encoding="utf-8")
    marked = {
        word.strip("\"' ,")
        for path in (ROOT / "tests").rglob("test_*.py")
        for called in re.findall(r"pytest\.mark\.needs\(([^)]*)\)", path.read_text(encoding="utf-8"))
        for word in called.split()
    }
    assert {"newsboat", "nginx", "feedsmith"} <= marked
    brought = {name: PACKAGES.get(name, f" {name}@") for name in marked - {"node"}}  # which comes with npm
    assert [name for name, packages in brought.items() if packages not in script] == []


def test_a_missing_program_skips_a_test_but_fails_it_where_nothing_may_be_missing(monkeypatch):
    monkeypatch.delenv("NOTHING_MISSING", raising=False)
    with pytest.raises(Skipped, match="newsboat"):
        lacking("not installed: newsboat")
    monkeypatch.setenv("NOTHING_MISSING", "1")
    with pytest.raises(Failed, match="newsboat"):
        lacking("not installed: newsboat")
