"""What `make install` leans on: exact versions of everything, and scripts that any shell reads."""

import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
