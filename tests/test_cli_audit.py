"""`tongfa audit` as an operator types it: what was done at the shell is told, and the chain can be proved."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server.cli import app


@pytest.fixture(autouse=True)
def _office(migrated_folder: Path) -> None:
    assert tongfa("org", "add", "000000019", "某旗人民政府办公室").exit_code == 0
    added = tongfa("user", "add", "gerel", "格日乐", "--grant", "author@000000019", "--no-password")
    assert added.exit_code == 0


def tongfa(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def lines(*options: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in tongfa("audit", "list", "--json", *options).stdout.splitlines()]


def test_what_an_operator_did_is_told_with_his_name():
    newest, oldest = lines()
    assert (newest["verb"], oldest["verb"]) == ("person.create", "org.create")
    assert newest["actor"] == "operator"
    assert newest["details"] == {"login": "gerel", "roles": ["author@000000019"]}


def test_lines_are_found_by_the_front_of_a_verb():
    assert [line["verb"] for line in lines("--verb", "org.")] == ["org.create"]


def test_a_person_reads_a_table():
    shown = tongfa("audit", "list")
    assert shown.exit_code == 0
    assert "添加机构" in shown.stdout


def test_a_whole_chain_gives_its_head_to_write_down():
    proved = tongfa("audit", "verify")
    assert (proved.exit_code, proved.stdout.startswith("操作记录完好，共 2 行。链头：2:")) == (0, True)
    head = proved.stdout.strip().rpartition("：")[2]
    assert tongfa("audit", "verify", "--head", head).exit_code == 0


def test_a_line_that_somebody_touched_is_named():
    tongfa("audit", "verify")
    with closing(sqlite3.connect("var/tongfa.db")) as database:
        database.executescript("DROP TRIGGER audit_sealed_once; UPDATE audit SET who = 'x' WHERE id = 2;")
    proved = tongfa("audit", "verify")
    assert proved.exit_code == 1
    assert "第 2 行（编号 2）断开" in proved.stderr


def test_a_head_that_is_none_is_refused_in_one_sentence():
    refused = tongfa("audit", "verify", "--head", "nonsense")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
