"""server/console/overview.py: a year at a glance, every figure with its rows behind it."""

import re

from tests.console.conftest import XSS, ConsoleOffice


async def test_every_figure_of_the_year_opens_exactly_its_rows(office: ConsoleOffice):
    await office.house.published(("website", "weibo"), title=XSS)
    await office.house.published(("website",), kind="notice", title="公告", column="tzgg")
    desk = await office.desk("reporter")
    seen = await desk.get("/console/overview?year=2026")
    found = re.findall(r'<a href="(/console/statistics/rows\?[^"]*)">(\d+)</a>', seen.html)
    assert len(found) > 6
    for address, number in found:
        rows = await desk.get(address.replace("&amp;", "&"))
        assert sum(tag == "tr" for tag, _ in rows.tags) - 1 == int(number), address


async def test_the_year_says_which_accounts_are_silent_and_what_is_interpreted(office: ConsoleOffice):
    await office.house.published(("website",))
    seen = await (await office.desk("reporter")).get("/console/overview")
    assert (seen.status, "僵尸账号" in seen.words, "按月" in seen.words) == (200, True, True)
    assert "已解读的比例" in seen.words or "还没有要配解读的文件" in seen.words


async def test_a_year_without_anything_is_told_as_nothing(office: ConsoleOffice):
    seen = await (await office.desk("reporter")).get("/console/overview?year=2020")
    assert (seen.status, "这一年还没有公开过信息" in seen.words) == (200, True)


async def test_a_year_or_an_organ_that_is_none_is_refused(office: ConsoleOffice):
    desk = await office.desk("reporter")
    for query in ("year=once", "year=99999", "org=none"):
        seen = await desk.get(f"/console/overview?{query}")
        assert (seen.status, "没有代码" in seen.words or "年度应在" in seen.words) == (422, True), query
