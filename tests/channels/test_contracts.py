"""What a comment cites stands in the contract it names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CITED = re.compile(r"contract (website|feeds|weibo|wechat)((?:,? §[0-9.]*[0-9])+)")


def citations() -> Iterator[tuple[str, str, str]]:
    for room in ("channels", "server", "scheduler"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for name, sections in CITED.findall(path.read_text("utf-8")):
                for section in re.findall(r"[0-9.]*[0-9]", sections):
                    yield path.relative_to(ROOT).as_posix(), name, section


def holds(contract: str, section: str) -> bool:
    """Say whether a heading, a bold number or the first cell of a row has this number."""
    number = re.escape(section)
    place = rf"^(?:#+ {number}\.? |\| {number} \||.*\*\*{number}\b)"
    return re.search(place, contract, re.MULTILINE) is not None


@pytest.mark.parametrize("name", ["website", "feeds", "weibo", "wechat"])
def test_every_section_that_is_cited_stands_there(name: str):
    contract = (ROOT / "channels" / name / "CONTRACT.md").read_text("utf-8")
    cited = [(path, section) for path, of, section in citations() if of == name]
    assert cited
    assert [where for where in cited if not holds(contract, where[1])] == []
