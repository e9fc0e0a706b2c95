"""server/console/columns.py: an administrator keeps the columns, and is told before what will happen."""

from dataclasses import replace

from tests.console.conftest import XSS, ConsoleOffice

PATH = "/console/columns"


async def test_a_column_is_added_moved_up_and_closed_by_plain_forms(office: ConsoleOffice):
    desk = await office.desk("admin")
    first = await desk.get(PATH)
    assert "栏目现在来自配置文件" in first.words
    new = {"version": "0", "slug": "zfhy", "name": "政府会议", "type": "政务动态", "in_menu": "on"}
    done = await desk.follow(await desk.post(PATH, new))
    assert "网站会在几分钟内逐页更新" in done.words
    assert "政府会议" in done.words
    assert "正在按新的栏目逐页更新" in done.words
    moved = await desk.follow(await desk.post(f"{PATH}/order", {"version": "1", "slug": "zfhy", "way": "up"}))
    assert moved.words.index("政府会议") < moved.words.index("通知公告")
    closed = {"version": "2", "name": "政府会议", "type": "政务动态", "address": "zfhy"}
    assert "已关闭" in (await desk.follow(await desk.post(f"{PATH}/zfhy", closed))).words
    assert "政府会议" not in (await desk.get("/console/items/new")).words


async def test_a_column_that_the_settings_leave_out_is_told_and_how_it_ends(office: ConsoleOffice):
    await office.house.published(column="zcwj")
    sites, desk = office.parts.sites, await office.desk("admin")
    sites._settings = replace(sites.current, columns=sites.current.columns[1:])
    await sites.keep_left_out(office.house.store)
    seen = await desk.get(PATH)
    assert "配置文件里没有了栏目 zcwj" in seen.words
    fields = {"version": "0", "name": "政策文件", "type": "政策文件", "address": "zcwj"}
    named = await desk.follow(await desk.post(f"{PATH}/zcwj", fields))
    assert ("配置文件里没有了" in named.words, "政策文件 已关闭" in named.words) == (False, True)


async def test_a_merger_is_told_before_it_is_done(office: ConsoleOffice):
    await office.house.published(title="救助办法", column="zcwj")
    desk = await office.desk("admin")
    seen = await desk.post(f"{PATH}/zcwj/look", {"into": "zcjd"})
    assert "的地址转到“政策解读”" in seen.words
    assert "不能撤销" in seen.words
    assert (await desk.get(PATH)).words.count("已并入") == 0  # nothing was done by looking
    fields = {name: seen.fields[name] for name in ("version", "into")}
    done = await desk.follow(await desk.post(f"{PATH}/zcwj/merge", fields))
    assert "并入“政策解读”" in done.words


async def test_what_was_typed_stays_when_it_is_refused_and_nothing_of_it_runs(office: ConsoleOffice):
    desk = await office.desk("admin")
    refused = await desk.post(
        PATH, {"version": "0", "slug": "大写", "name": "x", "type": "x", "description": XSS}
    )
    assert refused.status == 422
    assert "只能用小写字母、数字" in refused.words
    assert "<script>alert" not in refused.html
    late = await desk.post(f"{PATH}/zcwj", {"version": "7", "name": "新名", "type": "x", "address": "zcwj"})
    assert (late.status, "刚才有人改过栏目" in late.words, "新名" in late.html) == (409, True, True)


async def test_who_does_not_keep_the_website_cannot_change_its_columns(office: ConsoleOffice):
    desk = await office.desk("author")
    assert (await desk.get(PATH)).status == 403
    assert (await desk.post(PATH, {"version": "0", "slug": "x", "name": "x", "type": "x"})).status == 403


async def test_a_column_is_put_below_another_and_moves_among_its_neighbours_there(office: ConsoleOffice):
    desk = await office.desk("admin")
    for version, slug in enumerate(("a1", "a2")):
        new = {"version": str(version), "slug": slug, "name": f"下级{slug}", "type": "x", "parent": "zcwj"}
        await desk.follow(await desk.post(PATH, new))
    seen = await desk.get(PATH)
    assert seen.words.index("下级a1") < seen.words.index("下级a2") < seen.words.index("政策解读")
    ways = [
        (await desk.post(f"{PATH}/order", {"version": "2", "slug": slug, "way": way})).status
        for slug, way in (("a1", "up"), ("a2", "down"), ("a2", "up"))
    ]
    moved = await desk.get(PATH)
    assert ways == [409, 409, 303]
    assert moved.words.index("下级a2") < moved.words.index("下级a1") < moved.words.index("政策解读")
    assert "下面还有栏目，不能并入" in (await desk.get(f"{PATH}/zcwj")).words
    assert "政策文件 › 下级a1" in (await desk.get("/console/items/new")).words
    figures = await desk.get("/console/statistics?column=zcwj%2B")
    assert "政策文件（含下级栏目）" in figures.words
