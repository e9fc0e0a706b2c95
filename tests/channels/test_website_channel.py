import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.addresses import media_path
from channels.contract import Absent, NotAccepted, Receipt, Refreshes, Refused, Withdrawn, Withdraws
from channels.docroot import FolderRoot
from channels.item import Related
from channels.website.channel import Website
from tests.channels.memory_shelf import NEWS, ORG, POLICIES, START, MemoryShelf, a_correction, a_link
from tests.channels.public_site import NoJournal, PublicSite, a_public_site, live, receipt_of


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PublicSite]:
    async with a_public_site(tmp_path / "public") as made:
        yield made


async def status(site: PublicSite, path: str) -> int:
    async with site.session.get(f"{site.tools.site.url}/{path}") as answer:
        return answer.status


async def test_publishing_is_accepted_and_not_yet_live(site):
    receipt = receipt_of(await site.publish(site.place()))
    assert receipt == Receipt("a/i1.html", f"{site.tools.site.url}/a/i1.html", None)


async def test_a_page_is_live_once_its_public_address_answers_with_it(site):
    content = site.place()
    receipt = receipt_of(await site.publish(content))
    at = START + timedelta(seconds=5)
    assert receipt_of(await site.website.confirm(receipt, site.website.render(content), at=at)).live_at == at


async def test_a_page_is_not_live_while_its_address_answers_with_an_older_version(site):
    first = site.place()
    await site.publish(first)
    second = a_correction(first, title="更正")
    receipt = Receipt("a/i1.html", first.url, None)
    assert await site.website.confirm(receipt, site.website.render(second), at=START) == receipt


async def test_a_page_is_not_live_while_nobody_serves_it(tmp_path):
    async with a_public_site(tmp_path) as site:
        content = site.place()
        receipt = receipt_of(await site.publish(content))
    async with a_public_site(tmp_path / "other") as other:
        website = Website(replace(other.tools, site=site.tools.site))
        assert await website.confirm(receipt, website.render(content), at=START) == receipt


async def test_a_page_that_was_written_anew_is_seen_at_once(site):
    content = site.place()
    receipt = receipt_of(await site.publish(content))
    for title in ("第二版", "第三版"):
        content = site.shelf.place(a_correction(content, title=title))
        await site.publish(content)
        seen = await site.website.confirm(receipt, site.website.render(content), at=START)
        assert receipt_of(seen).live_at == START


async def test_a_published_page_is_found_by_its_mark_alone(site):
    content = site.place()
    await site.publish(content)
    sighting = await site.website.find(site.website.render(content), since=START, notes={})
    assert sighting == Receipt("a/i1.html", content.url, None)


async def test_a_page_that_was_never_published_is_absent(site):
    assert await site.website.find(site.website.render(site.place()), since=START, notes={}) == Absent()


async def test_an_older_version_of_a_page_is_absent(site):
    content = site.place()
    await site.publish(content)
    newer = site.website.render(a_correction(content, title="更正"))
    assert await site.website.find(newer, since=START, notes={}) == Absent()


async def test_a_page_whose_lists_were_not_written_any_more_is_absent(site):
    content = site.place()
    await site.tools.root.put("a/i1.html", site.website.render(content).html.encode())
    assert await site.website.find(site.website.render(content), since=START, notes={}) == Absent()


async def test_publishing_twice_changes_no_file(site):
    content = site.place()
    await site.publish(content)
    before = await site.files()
    await site.publish(content)
    assert await site.files() == before


async def test_pictures_and_attachments_are_on_the_site(site):
    form = site.media.attachment("表.pdf", b"%PDF")
    await site.publish(site.place(attachments=(form,)))
    async with site.session.get(f"{site.tools.site.url}/m/{form.sha256[:32]}.pdf") as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "application/pdf", b"%PDF")


async def test_an_attachment_that_is_not_in_store_is_refused_and_nothing_is_listed(site):
    form = site.media.attachment("表.pdf", b"%PDF")
    site.media.files.clear()
    content = site.place(attachments=(form,), is_live=False)
    outcome = await site.publish(content)
    assert isinstance(outcome, Refused)
    assert await site.text("a/i1.html") == ""


async def test_a_root_that_cannot_be_written_is_tried_again(site, tmp_path):
    await asyncio.to_thread((tmp_path / "occupied").write_text, "not a folder")
    website = Website(replace(site.tools, root=FolderRoot(tmp_path / "occupied")))
    outcome = await website.publish(website.render(site.place()), NoJournal(), at=START)
    assert isinstance(outcome, NotAccepted)


async def test_a_withdrawn_page_answers_410_with_the_reason(site):
    content = site.place()
    await site.publish(content)
    assert await site.withdraw(content, "附件有误") == Withdrawn()
    async with site.session.get(content.url) as answer:
        assert answer.status == 410
        assert "附件有误" in await answer.text()


async def test_a_withdrawn_page_stands_in_no_list(site):
    content = site.place(title="要撤回的稿件")
    await site.publish(content)
    await site.withdraw(content)
    for path in (
        "index.html",
        "p1.html",
        "column/zwdt/index.html",
        "column/zwdt/p1.html",
        "org/01163627X/p1.html",
    ):
        assert "要撤回的稿件" not in await site.text(path)


async def test_a_withdrawn_attachment_is_gone(site):
    form = site.media.attachment("名单.pdf", b"%PDF")
    content = site.place(attachments=(form,))
    await site.publish(content)
    await site.withdraw(content)
    assert await status(site, f"m/{form.sha256[:32]}.pdf") == 404


async def test_a_file_that_another_page_uses_stays(site):
    form = site.media.attachment("表.pdf", b"%PDF")
    first, second = site.place("i1", attachments=(form,)), site.place("i2", attachments=(form,))
    await site.publish(first)
    await site.publish(second)
    await site.withdraw(first)
    assert await status(site, f"m/{form.sha256[:32]}.pdf") == 200


async def test_a_replaced_attachment_is_gone(site):
    wrong, right = site.media.attachment("错.pdf", b"%PDF 1"), site.media.attachment("对.pdf", b"%PDF 2")
    content = site.place(attachments=(wrong,))
    await site.publish(content)
    await site.publish(site.shelf.place(a_correction(content, attachments=(right,))))
    assert await status(site, f"m/{wrong.sha256[:32]}.pdf") == 404
    assert await status(site, f"m/{right.sha256[:32]}.pdf") == 200


async def test_withdrawing_twice_is_harmless(site):
    content = site.place()
    await site.publish(content)
    await site.withdraw(content)
    assert await site.withdraw(content) == Withdrawn()
    assert await status(site, "a/i1.html") == 410


async def test_a_withdrawn_page_is_absent(site):
    content = site.place()
    await site.publish(content)
    await site.withdraw(content)
    assert await site.website.find(site.website.render(content), since=START, notes={}) == Absent()


async def test_publishing_again_after_a_withdrawal_brings_the_page_back(site):
    content = site.place()
    await site.publish(content)
    await site.withdraw(content)
    await site.publish(site.shelf.place(a_correction(content, title="更正后重新发布")))
    assert await status(site, "a/i1.html") == 200
    assert "更正后重新发布" in await site.text("index.html")


async def test_refreshing_shows_the_new_links(site):
    policy = site.place("p", kind="policy")
    await site.publish(policy)
    linked = replace(policy, related=(a_link(site.place("r", title="一图读懂"), "interpretation"),))
    await site.website.refresh(site.website.render(linked))
    assert "一图读懂" in await site.text("a/p.html")


async def test_the_notice_of_a_withdrawn_page_leads_to_its_successor_once_that_is_live(site):
    content = site.place()
    await site.publish(content)
    await site.withdraw(content)
    after = replace(
        content, related=(Related("replaced_by", "新的办法", f"{site.tools.site.url}/a/i2.html"),)
    )
    await site.website.renew_notice(site.website.render(after), reason="内容有误", at=START)
    assert "新的办法" in await site.text("a/i1.gone")


async def test_no_notice_is_written_over_a_page_that_has_come_back(site):
    content = site.place()
    await site.publish(content)
    await site.website.renew_notice(site.website.render(content), reason="内容有误", at=START)
    assert await site.text("a/i1.gone") == ""
    assert await site.text("a/i1.html") != ""


async def test_refreshing_does_not_bring_back_what_was_withdrawn(site):
    content = site.place()
    await site.publish(content)
    await site.withdraw(content)
    await site.website.refresh(site.website.render(content))
    assert await status(site, "a/i1.html") == 410


@pytest.mark.parametrize("path", ["a/i1.html", "file"])
async def test_refreshing_brings_back_a_page_and_a_file_that_somebody_took_away(site, path):
    content = site.place(attachments=(site.media.attachment("表.pdf", b"%PDF"),))
    await site.publish(content)
    path = media_path(content.attachments[0]) if path == "file" else path
    before = await site.text(path)
    assert before
    await site.tools.root.remove(path)
    assert await status(site, path) == 404
    await site.website.refresh(site.website.render(content))
    assert await site.text(path) == before


async def test_refreshing_an_old_version_does_not_overwrite_the_new_one(site):
    old = site.place()
    await site.publish(old)
    await site.publish(site.shelf.place(a_correction(old, title="新的一版")))
    await site.website.refresh(site.website.render(old))
    assert "新的一版" in await site.text("a/i1.html")


async def test_a_corrected_item_leaves_the_column_it_was_in(site):
    content = site.place(title="放错栏目的稿件", column=NEWS)
    await site.publish(content)
    await site.publish(site.shelf.place(a_correction(content, column=POLICIES)))
    assert "放错栏目的稿件" not in await site.text("column/zwdt/index.html")
    assert "放错栏目的稿件" in await site.text("column/zcwj/index.html")


async def test_every_tab_leads_somewhere_after_the_first_publication(site):
    await site.publish(site.place())
    for path in ("", "column/zcwj/", "column/zcjd/", "column/zwdt/", "subscribe.html"):
        assert await status(site, path) == 200


async def test_only_feeds_that_exist_are_offered(site):
    await site.publish(site.place())
    page = await site.text("subscribe.html")
    assert "/feed/column/zwdt.rss" in page
    assert "/feed/column/zcwj.rss" not in page


async def test_check_finds_nothing_in_a_sound_content(site):
    assert site.website.check(site.content()) == ()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title": " \u200e "}, "title_missing"),
        ({"url": "https://elsewhere.example/a/i1.html"}, "foreign_address"),
    ],
)
async def test_check_names_what_a_page_cannot_carry(site, changes, rule):
    findings = site.website.check(replace(site.content(), **changes))
    assert [(finding.rule, finding.blocks) for finding in findings] == [(rule, True)]


async def test_only_what_is_open_goes_on_the_website(site):
    content = site.content()
    closed = replace(content, disclosure=replace(content.disclosure, openness="on_request"))
    assert [finding.rule for finding in site.website.check(closed)] == ["not_open"]


async def test_check_and_render_touch_no_file(site):
    content = site.content()
    site.website.check(content)
    assert site.website.render(content) == site.website.render(content)
    assert await site.files() == {}


def test_the_website_can_take_down_and_show_anew():
    assert issubclass(Website, Withdraws)
    assert issubclass(Website, Refreshes)


async def test_a_shelf_that_knows_nothing_of_the_post_still_gets_its_page(site):
    website = Website(replace(site.tools, shelf=MemoryShelf()))
    content = site.content()
    assert (
        receipt_of(await website.publish(website.render(content), NoJournal(), at=START)).link == content.url
    )
    assert ORG.name in await site.text("a/i1.html")
    assert await website.find(website.render(content), since=START, notes={}) == Receipt(
        "a/i1.html", content.url, None
    )
    assert (
        await website.withdraw(live(website.render(content)), website.render(content), reason="x", at=START)
        == Withdrawn()
    )


async def test_a_withdrawal_that_comes_late_leaves_the_version_that_was_published_since(site):
    first = site.place()
    await site.publish(first)
    path = site.website._addresses.path_of(first.url)
    await site.publish(site.shelf.place(a_correction(first, title="重新发布的标题")))
    assert await site.withdraw(first, "内容有误") == Withdrawn()
    assert "重新发布的标题" in await site.text(path)
    assert "重新发布的标题" in await site.text("index.html")
    async with site.session.get(first.url) as answer:
        assert answer.status == 200


async def test_an_older_version_that_comes_late_is_not_written_over_a_newer_one(site):
    first = site.place()
    await site.publish(first)
    await site.publish(site.shelf.place(a_correction(first, title="更正后的标题")))
    path = site.website._addresses.path_of(first.url)
    before = await site.tools.root.read(path)
    late = await site.website.publish(site.website.render(first), NoJournal(), at=START)
    assert isinstance(late, NotAccepted)
    assert await site.tools.root.read(path) == before
