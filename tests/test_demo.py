"""`make demo` as a newcomer runs it, twice."""

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Run:
    code: int
    said: str
    summary: dict[str, Any]


def make_demo(folder: Path, port: int) -> Run:
    """Run the recipe of the Makefile with the environment that runs the tests."""
    kept = {
        key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    ended = subprocess.run(
        [
            *("make", "--silent", "--old-file=install", "demo", "ONCE=1"),
            *(f"BIN={Path(sys.executable).parent}", f"PORT={port}", f"FOLDER={folder}"),
        ],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )
    written = folder / "summary.json"
    summary = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    return Run(ended.returncode, ended.stdout + ended.stderr, summary)


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(folder: Path, port: int) -> Run:
    return make_demo(folder, port)


@pytest.fixture(scope="module")
def second(folder: Path, port: int, first: Run) -> Run:
    assert first.code == 0, first.said
    return make_demo(folder, port)


def test_everything_comes_true(first: Run):
    assert (first.code, first.summary.get("broken")) == (0, []), first.said


def test_every_channel_has_a_receipt_for_each_item_that_is_live(first: Run):
    per_channel = Counter(receipt["channel"] for receipt in first.summary["receipts"])
    assert per_channel == {"website": 4, "feed": 4, "weibo": 4, "wechat": 4, "other": 3}


def test_the_counts_are_those_of_the_receipts(first: Run):
    assert first.summary["counts"]["items"] == 4
    assert first.summary["counts"]["deliveries"] == {
        "website": 4,
        "weibo": 4,
        "wechat": 4,
        "feed": 4,
        "gazette": 1,
        "other": 2,
    }


def test_the_interpretation_waits_for_its_day(first: Run):
    assert {waits["account"] for waits in first.summary["waiting"]} == {"site", "feed", "weibo", "wechat"}
    assert all(waits["due_at"] for waits in first.summary["waiting"])


@pytest.mark.slow
def test_a_second_run_publishes_nothing_twice(first: Run, second: Run):
    assert (second.code, second.summary["receipts"]) == (0, first.summary["receipts"]), second.said


def test_a_taken_port_is_a_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = make_demo(tmp_path, taken.getsockname()[1])
    assert ended.code != 0
    assert "已被占用" in ended.said
