"""server/console/notices.py: until when a notice is shown, typed into a form."""

from tests.console.conftest import ConsoleOffice


async def test_the_end_of_a_notice_is_set_seen_and_stands_on_the_calendar(office: ConsoleOffice):
    made = await office.house.published(kind="notice", column="tzgg", document_number=None, title="拟聘公示")
    desk = await office.desk("chief")
    path = f"/console/items/{made.id}/notice-end"
    assert path in (await desk.get(f"/console/items/{made.id}")).links
    seen = await desk.follow(await desk.post(path, {"ends_at": "2026-12-07T18:00", "then": "remove"}))
    assert "公示到 2026-12-07 周一 18:00，期满后撤下公示内容" in seen.words
    calendar = await desk.get("/console/calendar?week=2026-12-07")
    assert "18:00 公示期满 拟聘公示" in calendar.words


async def test_what_is_typed_wrong_is_told_and_kept(office: ConsoleOffice):
    made = await office.house.published(kind="notice", column="tzgg", document_number=None)
    desk = await office.desk("chief")
    path = f"/console/items/{made.id}/notice-end"
    for fields, sentence in (
        ({"ends_at": "2020-01-01T09:00", "then": "keep"}, "公示期应在将来结束"),
        ({"ends_at": "", "then": "keep"}, "请填写公示期结束的时间"),
        ({"ends_at": "2026-12-07T18:00", "then": "burn"}, "请选择公示期满后怎样处理"),
    ):
        seen = await desk.post(path, fields)
        assert (seen.status, sentence in seen.words) == (422, True), seen.words
    assert (await (await office.desk("author")).get(path)).status == 403
