"""The feeds as libraries of real readers have them: each finds the same, in nasty content too."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from channels.addresses import FEED_TYPES
from channels.item import Attachment
from tests.channels.memory_shelf import a_content
from tests.channels.test_feeds_content import NASTY, nasty, written
from tests.programs import NPM

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).parent / "readers.mjs"
READERS = {"feedsmith", "rss-parser", "rowanmanning"}
needs_readers = pytest.mark.needs("node", "feedsmith", "rss-parser", "@rowanmanning/feed-parser")
MANY = tuple(Attachment(f"{n:064d}", f"附件{n}.pdf", "application/pdf", 1000 + n) for n in range(20))
ARTICLES = (
    a_content("i1", title="平常的一篇"),
    nasty("i2"),
    a_content("i3", title="《办法》〈解读〉“问答” & 说明", attachments=MANY),
    a_content("i4", title="很长的一篇", body_html="<p>" + "长" * 60_000 + "</p>"),
    nasty("i5", title="🐎👨‍👩‍👧 同一秒"),
    a_content("i6", title="已更正的一篇", correction="补充第三条 <b>"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one reader found in one file."""

    file: str
    reader: str
    items: tuple[dict[str, Any], ...]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Found, ...]:
    folder, files = tmp_path_factory.mktemp("feeds"), []
    for form in FEED_TYPES:
        for name, articles in (("all", ARTICLES), ("one", ARTICLES[:1])):
            path = folder / f"{name}.{form}"
            path.write_bytes(written(form, *articles))
            files.append(str(path))
    done = subprocess.run(
        ["node", "--input-type=module", "-", *files],
        cwd=NPM, input=PROGRAM.read_bytes(), capture_output=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert [one for one in told if "error" in one] == []
    return tuple(Found(Path(one["file"]).name, one["reader"], tuple(one["items"])) for one in told)


def of(found: tuple[Found, ...], file: str) -> dict[str, Found]:
    return {one.reader: one for one in found if one.file == file}


@needs_readers
@pytest.mark.parametrize("form", list(FEED_TYPES))
def test_every_reader_finds_every_entry_with_its_id_and_page(found, form):
    here = of(found, f"all.{form}")
    assert here.keys() == ({"feedsmith"} if form == "json" else READERS)
    for one in here.values():
        ids = [item["id"].rpartition("/")[2] for item in one.items]
        assert sorted(ids) == [content.item_id for content in ARTICLES]
        assert all(item["link"].endswith(f"/a/{ids[n]}.html") for n, item in enumerate(one.items))


@needs_readers
@pytest.mark.parametrize("form", list(FEED_TYPES))
def test_a_feed_with_one_entry_has_one(found, form):
    assert [len(one.items) for one in of(found, f"one.{form}").values()] == [1] * (1 if form == "json" else 3)


@needs_readers
@pytest.mark.parametrize("form", list(FEED_TYPES))
def test_emoji_quotes_and_corrections_come_through(found, form):
    for one in of(found, f"all.{form}").values():
        titles = " ".join(item["title"] for item in one.items)
        assert "🐎👨‍👩‍👧 同一秒" in titles
        assert "《办法》〈解读〉“问答” & 说明" in titles
        assert any("补充第三条" in (item["html"] or "") for item in one.items)


@needs_readers
@pytest.mark.parametrize("form", list(FEED_TYPES))
def test_no_reader_is_given_a_script_or_a_sign_that_is_none(found, form):
    bad = {sign for sign in NASTY if sign < " " or "\x7f" <= sign < "\xa0" or "\ud800" <= sign < "\ue000"}
    for one in of(found, f"all.{form}").values():
        for item in one.items:
            assert "<script" not in (item["html"] or "")
            assert not bad & set(item["title"])


@pytest.mark.needs("newsboat")
def test_newsboat_finds_every_entry(tmp_path: Path):
    for form in ("rss", "atom"):
        feed, cache = tmp_path / f"all.{form}", tmp_path / f"cache.{form}"
        urls = tmp_path / f"urls.{form}"
        feed.write_bytes(written(form, *ARTICLES))
        urls.write_text(f"file://{feed}\n")
        run = ("newsboat", "-u", str(urls), "-c", str(cache), "-C", "/dev/null", "-x")
        for what in ("reload", "print-unread"):
            done = subprocess.run([*run, what], capture_output=True, check=True)
        assert done.stdout.startswith(f"{len(ARTICLES)} ".encode())
