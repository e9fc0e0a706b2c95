"""server/console/snapshots.py: what lies between two snapshots of a year."""

from tests.console.conftest import XSS, ConsoleOffice
from tests.house import CODE

AT = f"/console/report/snapshots?org={CODE}&year=2026"


async def test_each_line_between_two_snapshots_is_named(office: ConsoleOffice):
    desk = await office.desk("chief")
    assert "这一年还没有快照" in (await desk.get(AT)).words
    await office.house.published(("website",), title="旧的")
    await desk.post("/console/report/snapshot", {"org": CODE, "year": "2026"})
    assert "逐行说明差别" in (await desk.get(AT)).words
    office.house.now.move(minutes=1)
    await office.house.published(("website",), title=XSS)
    await desk.post("/console/report/snapshot", {"org": CODE, "year": "2026", "reason": "补登"})
    seen = await desk.get(AT)
    assert ("补登" in seen.words, "+1" in seen.words, "与台账一致" in seen.words) == (True, True, True)
    assert seen.words.count(XSS) == 2  # once as an item, once on the website
    assert "旧的" not in seen.words
    assert (await desk.get(f"{AT}&older=7")).status in (404, 422)
    assert "完全相同" in (await desk.get(f"{AT}&older=2&newer=2")).words
