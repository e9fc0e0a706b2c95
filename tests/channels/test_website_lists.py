import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from channels.addresses import Addresses
from channels.docroot import FolderRoot
from channels.website.channel import Website
from channels.website.lists import Lists
from channels.website.pages import Pages
from tests.channels.memory_shelf import START, a_content, a_correction
from tests.channels.public_site import NoJournal, PublicSite, a_public_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PublicSite]:
    async with a_public_site(tmp_path / "public") as made:
        yield made


def listed(page: str) -> list[str]:
    return re.findall(r'data-entry="(\w+)\.', page)


def pager(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)" rel="(?:prev|next)"', page)


async def publish(site: PublicSite, count: int, start: int = 1) -> None:
    for number in range(start, start + count):
        await site.publish(site.place(f"i{number}"))


async def changed_by(site: PublicSite, item_id: str) -> set[str]:
    """Publish one more item; give the plain files that this made or changed."""
    before = await site.files()
    await site.publish(site.place(item_id))
    after = await site.files()
    return {p for p, stamp in after.items() if before.get(p) != stamp and not p.endswith((".gz", ".br"))}


async def test_the_home_page_shows_the_newest_twenty(site):
    await publish(site, 25)
    assert listed(await site.text("index.html")) == [f"i{n}" for n in range(25, 5, -1)]


@pytest.mark.slow
async def test_numbered_pages_begin_with_the_oldest(site):
    await publish(site, 25)
    assert listed(await site.text("p1.html")) == [f"i{n}" for n in range(20, 0, -1)]
    assert listed(await site.text("p2.html")) == [f"i{n}" for n in range(25, 20, -1)]


@pytest.mark.slow
async def test_an_old_page_is_not_written_again(site):
    await publish(site, 45)
    changed = await changed_by(site, "i46")
    assert {"index.html", "p3.html", "column/zwdt/p3.html", "org/01163627X/p3.html", "a/i46.html"} <= changed
    assert not {path for path in changed if path.endswith(("p1.html", "p2.html"))}


async def test_a_new_page_is_linked_from_the_one_before_it(site):
    await publish(site, 20)
    assert pager(await site.text("p1.html")) == ["/"]
    await publish(site, 1, start=21)
    assert pager(await site.text("p1.html")) == ["/p2.html"]
    assert pager(await site.text("p2.html")) == ["/", "/p1.html"]


async def test_one_can_leaf_from_the_home_page_to_the_oldest_entry(site):
    await publish(site, 65)
    seen, path = set(listed(await site.text("index.html"))), "index.html"
    while (links := pager(await site.text(path))) and links[-1] not in ("/", ""):
        path = links[-1].removeprefix("/")
        seen |= set(listed(await site.text(path)))
        if path == "p1.html":
            break
    assert seen == {f"i{n}" for n in range(1, 66)}


async def test_publishing_writes_as_many_files_over_a_small_archive_as_over_a_large_one(tmp_path):
    counts = []
    for size in (63, 3063):  # both beyond the first page, whose numbered pages do not exist yet
        async with a_public_site(tmp_path / str(size)) as site:
            site.fill(size)
            counts.append(len(await changed_by(site, "one")))
    assert counts[0] == counts[1]


async def test_an_entry_under_way_is_listed_only_once_its_page_is_there(site):
    site.place("waits", is_live=False)
    await publish(site, 1)
    assert listed(await site.text("index.html")) == ["i1"]
    await site.publish(site.shelf.contents["waits"])
    assert listed(await site.text("index.html")) == ["i1", "waits"]


@pytest.mark.slow
async def test_withdrawing_an_old_entry_writes_the_numbered_page_it_stood_on(site):
    await publish(site, 45)
    await site.withdraw(site.shelf.contents["i7"])
    assert listed(await site.text("p1.html")) == [f"i{n}" for n in range(20, 0, -1) if n != 7]
    assert len(listed(await site.text("column/zwdt/p1.html"))) == 19


async def test_correcting_an_old_entry_shows_on_the_numbered_page_it_stands_on(site):
    await publish(site, 45)
    await site.publish(site.shelf.place(a_correction(site.shelf.contents["i7"], title="更正的标题")))
    assert "更正的标题" in await site.text("p1.html")


async def test_a_list_whose_last_entry_was_withdrawn_says_that_it_is_empty(site):
    await publish(site, 1)
    await site.withdraw(site.shelf.contents["i1"])
    assert "暂无内容" in await site.text("index.html")


async def test_two_writers_at_once_lose_no_line(site):
    other = Website(replace(site.tools, root=FolderRoot(site.folder)))
    contents = [site.place(f"i{n}", is_live=False) for n in range(1, 16)]
    websites = (site.website, other)
    await asyncio.gather(
        *(
            websites[n % 2].publish(websites[n % 2].render(content), NoJournal(), at=START)
            for n, content in enumerate(contents)
        )
    )
    assert listed(await site.text("index.html")) == [f"i{n}" for n in range(15, 0, -1)]


def addresses(xml: str) -> list[str]:
    return re.findall(r"<loc>([^<]+)</loc>", xml)


async def test_every_page_stands_in_the_sitemap(site):
    await publish(site, 3)
    front = site.tools.site.url
    assert addresses(await site.text("sitemap.xml")) == [f"{front}/sitemap/1.xml"]
    assert addresses(await site.text("sitemap/1.xml")) == [f"{front}/a/i{n}.html" for n in (3, 2, 1)]


async def test_publishing_changes_one_part_of_the_sitemap(site):
    site.fill(205)
    changed = await changed_by(site, "one")
    assert "sitemap/3.xml" in changed
    assert "sitemap/1.xml" not in changed


async def test_a_withdrawn_page_leaves_the_sitemap(site):
    await publish(site, 2)
    await site.withdraw(site.shelf.contents["i1"])
    assert addresses(await site.text("sitemap/1.xml")) == [f"{site.tools.site.url}/a/i2.html"]


async def test_an_organ_stands_among_the_organs_while_it_has_an_entry(site):
    await publish(site, 1)
    assert 'href="/org/01163627X/"' in await site.text("org/index.html")
    await site.withdraw(site.shelf.contents["i1"])
    assert 'href="/org/01163627X/"' not in await site.text("org/index.html")


def read_all(folder: Path, paths: list[str]) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in paths}


@pytest.mark.slow
async def test_the_lists_do_not_depend_on_the_order_in_which_their_pages_were_written(tmp_path):
    """A place was given out, its page refused: the numbered pages are the same as if it had been there."""
    roots = []
    for order in (range(1, 46), range(45, 0, -1)):
        async with a_public_site(tmp_path / str(order.step)) as site:
            contents = [a_content(f"i{n}", url=f"http://x.invalid/a/i{n}.html") for n in range(1, 46)]
            tools = replace(site.tools, site=replace(site.tools.site, url="http://x.invalid"))
            for content in contents:
                site.shelf.place(content)
            website = Website(tools)
            for number in order:
                await website.publish(website.render(contents[number - 1]), NoJournal(), at=START)
            paths = [p for p in await site.files() if not p.startswith(".")]
            roots.append(await asyncio.to_thread(read_all, site.folder, paths))
    assert roots[0] == roots[1]


class CutOff:
    """A root that is cut off after some removals."""

    def __init__(self, root: FolderRoot, after: int) -> None:
        self._root, self._left = root, after

    async def holds(self, path: str) -> bool:
        return await self._root.holds(path)

    async def remove(self, path: str) -> None:
        if not self._left:
            raise OSError("cut off")
        self._left -= 1
        await self._root.remove(path)


@pytest.mark.parametrize("after", range(4))
async def test_a_folder_whose_clearing_was_cut_off_is_cleared_the_next_time(site, after: int):
    for name in ("p1", "p2", "p3", "index"):
        await site.tools.root.put(f"column/old/{name}.html", b"<p>old</p>")
    addresses, pages = Addresses(site.tools.site), Pages(site.tools.site)
    with pytest.raises(OSError, match="cut off"):
        await Lists(CutOff(site.tools.root, after), site.tools.shelf, pages, addresses).leave("column/old")
    await Lists(site.tools.root, site.tools.shelf, pages, addresses).leave("column/old")
    assert not {path for path in await site.files() if path.startswith("column/old/")}
