"""server/console/workdays.py: a notice of days off comes in after a look at what it moves."""

from tests.console.conftest import XSS, ConsoleOffice

CSV = "日期,类型,名称\n2026-11-26,休,那达慕\n".encode()


async def test_a_notice_is_looked_at_and_then_taken_over(office: ConsoleOffice):
    await office.house.published(title="救助办法")
    desk = await office.desk("admin")
    seen = await desk.post("/console/workdays/look", {"layer": "local"}, [("file", "本地.csv", CSV)])
    assert seen.status == 200
    assert "2026年11月26日 周四： 改为放假" in seen.words
    assert "救助办法 2026年11月30日 周一 2026年12月1日 周二" in seen.words
    assert "还没有导入过" in seen.words  # nothing was written by looking
    fields = {name: seen.fields[name] for name in ("content", "source", "layer")}
    done = await desk.follow(await desk.post("/console/workdays", {**fields, "tongfa_form": desk.form_token}))
    assert "工作日历已更改" in done.words
    assert "2026年的本地节日（1）" in done.words
    assert "那达慕（放假）" in done.words
    assert "本地.csv" in done.words


async def test_every_wrong_line_is_told_and_nothing_comes_in(office: ConsoleOffice):
    desk = await office.desk("admin")
    bad = CSV + f"2026-02-30,休,x\n{XSS},班,y\n".encode()
    seen = await desk.post("/console/workdays/look", {"layer": "local"}, [("file", "坏.csv", bad)])
    assert seen.status == 422
    assert "第 3 行：没有 2026-02-30 这一天" in seen.words
    assert "第 4 行" in seen.words
    assert "<script>alert" not in seen.html
    assert "2026年的本地节日（0）" in (await desk.get("/console/workdays")).words


async def test_what_comes_back_with_the_button_is_read_as_strictly_as_a_file(office: ConsoleOffice):
    desk = await office.desk("admin")
    seen = await desk.post("/console/workdays", {"content": "{", "source": "x", "layer": "local"})
    assert (seen.status, "不是正确的 JSON" in seen.words) == (422, True)
    seen = await desk.post("/console/workdays", {"content": CSV.decode(), "source": "x", "layer": "x"})
    assert (seen.status, "请选择是国务院通知还是本地节日" in seen.words) == (422, True)


async def test_a_local_day_is_taken_out(office: ConsoleOffice):
    desk = await office.desk("admin")
    await desk.post("/console/workdays", {"content": CSV.decode(), "source": "本地", "layer": "local"})
    done = await desk.follow(await desk.post("/console/workdays/drop", {"day": "2026-11-26"}))
    assert "2026年的本地节日（0）" in done.words
    gone = await desk.post("/console/workdays/drop", {"day": "2026-11-26"})
    assert (gone.status, "本地节日里没有 2026-11-26" in gone.words) == (422, True)


async def test_who_may_not_manage_the_calendar_only_reads_it(office: ConsoleOffice):
    desk = await office.desk("author")
    assert "先看会改变什么" not in (await desk.get("/console/workdays?year=2027")).html
    refused = await desk.post("/console/workdays/look", {"layer": "local"}, [("file", "a.csv", CSV)])
    assert refused.status == 403
