"""server/console/mine.py: an editor sees what he wrote, by state, and what each item waits for."""

from tests.console.conftest import ConsoleOffice

PATH = "/console/mine"


async def test_each_item_says_what_it_waits_for(office: ConsoleOffice):
    draft = await office.item(title="还是草稿")
    submitted = await office.item(title="已经送审")
    await office.post(f"/api/v1/items/{submitted['id']}/submit")
    await office.approved(title="审核通过了")
    desk = await office.desk("author")
    seen = await desk.get(PATH)
    assert "全部 3" in seen.words
    assert "还是草稿 草稿 等您写完后送审" in seen.words
    assert "等审核" in seen.words
    assert "等有发布权限的人发布" in seen.words
    narrow = await desk.get(f"{PATH}?state=draft")
    assert ("还是草稿" in narrow.words, "已经送审" in narrow.words) == (True, False)
    assert f"/console/items/{draft['id']}" in narrow.html


async def test_what_is_out_says_where_and_what_is_still_missing_and_leaves_after_30_days(
    office: ConsoleOffice,
):
    item = await office.approved(title="已经发布")
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["website", "other"]}, by="chief")
    await office.house.run_until_quiet()
    desk = await office.desk("author")
    seen = await desk.get(PATH)
    assert ("已在网站公开" in seen.words, "已安排发布" in seen.words) == (True, False)
    assert "等人张贴或播出，登记后才算公开" in seen.words
    office.house.now.move(days=31)
    later = await (await office.desk("author")).get(PATH)
    assert "已经发布" not in later.words


async def test_the_first_page_leads_there_and_nobody_sees_what_others_wrote(office: ConsoleOffice):
    await office.item(title="别人写的")
    desk = await office.desk("admin")
    assert PATH in (await desk.get("/console")).html
    assert "别人写的" not in (await desk.get(PATH)).words
