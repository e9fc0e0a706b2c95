"""Backup, restore and the site written again, as an operator types them."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from server.cli import app
from server.cli.keeping import rebuild
from server.column_settings import USUAL_COLUMNS
from server.core.occupancy import mark_half
from server.core.rebuild import Rebuilt
from server.core.verify import verify_pages
from server.settings import load_settings
from tests.faults.office import Office, open_sqlite_office

TWO = ("site", "feed")


pytestmark = pytest.mark.usefixtures("empty_folder")


def tongfa(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.usefixtures("migrated_folder")
def test_a_backup_goes_to_another_folder_and_is_whole_there(monkeypatch: pytest.MonkeyPatch):
    assert tongfa("org", "add", "01506DEMO", "示范旗人民政府办公室").exit_code == 0
    made = tongfa("backup", "one.tar")
    assert made.exit_code == 0, made.output
    assert "密钥" in made.output
    monkeypatch.setenv("TONGFA_VAR", "elsewhere")
    done = tongfa("restore", "one.tar")
    assert done.exit_code == 0, done.output
    assert re.search("已恢复北京时间 [-0-9]{10} [:0-9]{5} 的备份", done.output)
    assert "这份数据并不知道" in done.output  # what was written since
    assert tongfa("verify").exit_code == 0
    assert tongfa("org", "add", "01506DEMO", "示范旗人民政府办公室").exit_code == 1  # it is there already


@pytest.mark.usefixtures("migrated_folder")
def test_a_file_that_is_no_backup_changes_nothing():
    Path("other.tar").write_bytes(b"no backup")
    done = tongfa("restore", "other.tar", "--force")
    assert (done.exit_code, done.output.strip()) == (1, "不是备份文件，或者已损坏")
    assert tongfa("verify").exit_code == 0


def test_a_file_that_is_not_there_is_one_sentence():
    done = tongfa("restore", "nowhere.tar")
    assert done.exit_code == 1
    assert "nowhere.tar" in done.output
    assert "Traceback" not in done.output


@pytest.mark.usefixtures("migrated_folder")
def test_nothing_works_in_a_half_restored_folder():
    mark_half(Path("var"))
    for command in (("counts", "--year", "2026"), ("verify",), ("worker",)):
        done = tongfa(*command)
        assert done.exit_code == 2
        assert "tongfa restore" in done.output


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose site has seen corrections, moves to another column, withdrawals and returns."""
    async with open_sqlite_office(sqlite_template, tmp_path) as opened:
        yield opened


async def lived(office: Office, count: int) -> None:
    """Let time pass over a site: everything that writes or takes away a file happens."""
    items = [await office.released(f"第{number}条", TWO) for number in range(count)]
    await office.work(1)
    await office.corrected(items[0], title="更正", column="ywdt")
    await office.corrected(items[-1], title="又一次更正", column="ywdt")
    await office.withdraw(items[1])
    await office.withdraw(items[2], "发布有误")
    await office.work(1)
    await office.corrected(items[1], title="重新发布")
    await office.withdraw(items[-1])
    await office.work(2)


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


async def rebuilt(office: Office, *, check: bool, **site: Any) -> Rebuilt:
    """Do what `tongfa rebuild-site` does, beside the office that runs; `site` is set in the settings file."""
    url, public_url = office.orders.database_url, office.orders.public_url
    settings = await asyncio.to_thread(
        load_settings, var=office.orders.var, database_url=url, public_url=public_url, **site
    )
    return await rebuild(settings, check=check)


@pytest.mark.parametrize(
    "count",
    [4, pytest.param(23, marks=[pytest.mark.slow, pytest.mark.timeout(900)])],  # 23 fill a list page
)
async def test_the_whole_site_is_written_again_byte_for_byte(office: Office, count: int):
    await lived(office, count)
    site = office.orders.var / "site"
    before = await asyncio.to_thread(files, site)
    assert (await rebuilt(office, check=True)).is_same
    await asyncio.to_thread(shutil.rmtree, site)
    await rebuilt(office, check=False)
    assert await asyncio.to_thread(files, site) == before
    assert await verify_pages(office.house.workplace) == ()


async def test_a_column_that_the_settings_file_puts_below_another_stands_in_its_list_too(office: Office):
    items = [await office.released(f"在{column}", TWO, column=column) for column in ("ywdt", "tzgg")]
    await office.work(1)
    columns = [one.model_dump() for one in USUAL_COLUMNS]
    next(one for one in columns if one["slug"] == "tzgg")["parent"] = "ywdt"
    await rebuilt(office, check=False, site={"columns": columns})
    feed = office.orders.var / "site" / "feed" / "column" / "ywdt.json"
    shown = json.loads(await asyncio.to_thread(feed.read_text))["items"]
    assert {one["url"].rpartition("/")[2] for one in shown} == {f"{item}.html" for item in items}


async def test_what_differs_is_named_and_put_right(office: Office):
    item = await office.released("一条", TWO)
    await office.work(1)
    site = office.orders.var / "site"
    page, sibling = site / "a" / f"{item}.html", site / "index.html.br"
    before = await asyncio.to_thread(files, site)
    stamp = (await asyncio.to_thread(sibling.stat)).st_mtime_ns
    await asyncio.to_thread(page.write_bytes, b"defaced")
    await asyncio.to_thread((site / "left-over.html").write_bytes, b"old")
    await asyncio.to_thread(sibling.write_bytes, b"gone bad")
    await asyncio.to_thread(os.utime, sibling, ns=(stamp, stamp))
    found = await rebuilt(office, check=True)
    assert found.changed == (f"a/{item}.html", "index.html")
    assert (found.added, found.removed) == ((), ("left-over.html",))
    assert item in (await verify_pages(office.house.workplace))[0].where
    assert await asyncio.to_thread(page.read_bytes) == b"defaced"
    await rebuilt(office, check=False)
    assert await asyncio.to_thread(files, site) == before
