import asyncio
import gzip
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import docroot
from channels.docroot import FolderRoot

PROJECT = Path(__file__).parents[2]


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def root(tmp_path: Path) -> FolderRoot:
    return FolderRoot(tmp_path / "site")


async def test_a_text_is_written_with_compressed_siblings_that_unpack_to_it(root, tmp_path):
    await root.put("a/1.html", b"<p>text</p>" * 50)
    packed = await asyncio.to_thread((tmp_path / "site/a/1.html.gz").read_bytes)
    packed_more = await asyncio.to_thread((tmp_path / "site/a/1.html.br").read_bytes)
    assert gzip.decompress(packed) == brotli.decompress(packed_more) == await root.read("a/1.html")


async def test_what_will_soon_change_again_is_packed_quickly_and_leaves_no_older_sibling(root, tmp_path):
    await root.put("feed/site.rss", b"<rss>one</rss>" * 50)
    await root.put("feed/site.rss", b"<rss>two</rss>" * 50, lasting=False)
    assert await asyncio.to_thread(names, tmp_path / "site") == {"feed/site.rss", "feed/site.rss.gz"}
    packed = await asyncio.to_thread((tmp_path / "site/feed/site.rss.gz").read_bytes)
    assert gzip.decompress(packed) == b"<rss>two</rss>" * 50


async def test_a_picture_has_no_compressed_siblings(root, tmp_path):
    await root.put("m/1.jpg", b"\xff\xd8")
    assert await asyncio.to_thread(names, tmp_path / "site") == {"m/1.jpg"}


async def test_equal_bytes_give_equal_siblings(tmp_path):
    for name in ("one", "two"):
        await FolderRoot(tmp_path / name).put("x.html", b"same" * 100)
    read = [await asyncio.to_thread((tmp_path / n / "x.html.gz").read_bytes) for n in ("one", "two")]
    assert read[0] == read[1]


async def test_the_same_bytes_are_not_written_again(root, tmp_path):
    await root.put("x.html", b"same")
    before = await asyncio.to_thread((tmp_path / "site/x.html").stat)
    await root.put("x.html", b"same")
    after = await asyncio.to_thread((tmp_path / "site/x.html").stat)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


async def test_siblings_carry_the_time_stamp_of_the_version_they_belong_to(root, tmp_path):
    await root.put("x.html", b"first")
    await root.put("x.html", b"second")
    stamps = {
        (await asyncio.to_thread((tmp_path / f"site/x.html{e}").stat)).st_mtime_ns for e in ("", ".gz", ".br")
    }
    assert len(stamps) == 1


async def test_a_sibling_left_over_by_a_crash_is_written_anew(root, tmp_path):
    await root.put("x.html", b"old")
    stale = tmp_path / "site/x.html.br"
    await asyncio.to_thread(stale.write_bytes, brotli.compress(b"new that never came"))
    await asyncio.to_thread(os.utime, stale, ns=(1, 1))
    await root.put("x.html", b"old")
    assert brotli.decompress(await asyncio.to_thread(stale.read_bytes)) == b"old"


async def test_removing_takes_the_siblings_along(root, tmp_path):
    await root.put("a/x.html", b"text")
    await root.remove("a/x.html")
    assert await asyncio.to_thread(names, tmp_path / "site") == set()


async def test_removing_what_is_not_there_is_no_error(root):
    await root.remove("a/x.html")
    assert await root.read("a/x.html") is None


@pytest.mark.parametrize(
    "path",
    ["../x.html", "/etc/x.html", "a/../../x.html", "a\\x.html", "a\0.html", "", "a//x.html", "./x.html",
     ".lock", "a/.hidden", "x.html.gz", "x.html.br", "a/", "a\n.html"],
)  # fmt: skip
async def test_a_path_that_is_none_of_the_site_is_refused(root, path):
    with pytest.raises(ValueError, match="not a path"):
        await root.put(path, b"x")


async def test_a_link_that_leads_out_of_the_root_is_not_written_through(root, tmp_path):
    await root.put("x.html", b"text")
    await asyncio.to_thread((tmp_path / "elsewhere").mkdir)
    await asyncio.to_thread((tmp_path / "site/a").symlink_to, tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="leads out"):
        await root.put("a/y.html", b"text")


@given(st.text(max_size=30))
def test_no_path_leaves_the_root(path):
    root = FolderRoot(Path("/srv/site"))
    try:
        place = root._inside(path)
    except ValueError:
        return
    assert os.path.normpath(place).startswith("/srv/site/")
    assert "\0" not in str(place)


def test_a_full_disk_leaves_the_old_file_whole_and_nothing_half_written(tmp_path):
    code = f"""
        import asyncio, resource, signal
        from pathlib import Path
        from channels.docroot import FolderRoot
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write then fails with EFBIG, as on a full disk
        async def main():
            root = FolderRoot(Path({str(tmp_path)!r}))
            await root.put("x.html", b"old and whole")
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            try:
                await root.put("x.html", b"n" * 5000)
            except OSError as error:
                print("refused", error.errno)
            print(await root.read("x.html"))
        asyncio.run(main())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "refused 27\nb'old and whole'\n"
    assert names(tmp_path) == {"x.html", "x.html.gz", "x.html.br"}


async def test_only_one_writer_of_a_process_is_in_its_turn(tmp_path):
    roots, inside, seen = [FolderRoot(tmp_path) for _ in range(3)], 0, []

    async def write(root: FolderRoot) -> None:
        nonlocal inside
        async with root.turn():
            inside += 1
            seen.append(inside)
            await asyncio.sleep(0.005)
            inside -= 1

    await asyncio.gather(*(write(roots[n % 3]) for n in range(12)))
    assert seen == [1] * 12


def test_two_processes_never_lose_each_others_line(tmp_path):
    code = f"""
        import asyncio, sys
        from pathlib import Path
        from channels.docroot import FolderRoot
        async def main():
            root = FolderRoot(Path({str(tmp_path)!r}))
            for n in range(40):
                async with root.turn():
                    old = await root.read("list.html") or b""
                    await root.put("list.html", old + f"{{sys.argv[1]}}{{n}}\\n".encode())
        asyncio.run(main())
    """
    writers = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), name], cwd=PROJECT) for name in "ab"
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    lines = (tmp_path / "list.html").read_text().split()
    assert sorted(lines) == sorted(f"{name}{n}" for name in "ab" for n in range(40))


async def test_a_cancelled_write_is_over_when_the_turn_is(root, monkeypatch):
    begun, go_on = asyncio.Event(), threading.Event()
    ended: list[str] = []
    loop, put = asyncio.get_running_loop(), docroot._put

    def put_slowly(*args: Any) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(30)
        put(*args)
        ended.append("first")

    async def write() -> None:
        async with root.turn():
            await root.put("x.html", b"first")

    monkeypatch.setattr(docroot, "_put", put_slowly)
    writing = asyncio.create_task(write())
    await begun.wait()
    monkeypatch.setattr(docroot, "_put", put)
    writing.cancel()
    others_turn = asyncio.create_task(_put_in_turn(root, b"next"))
    await asyncio.sleep(0.05)
    assert (writing.done(), others_turn.done()) == (False, False)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert ended == ["first"]
    await others_turn
    assert await root.read("x.html") == b"next"


async def _put_in_turn(root: FolderRoot, body: bytes) -> None:
    async with root.turn():
        await root.put("x.html", body)
