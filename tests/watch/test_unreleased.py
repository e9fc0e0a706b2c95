"""server/store/watching.py: what is not public yet and has a term, however many drafts have none."""

from datetime import date

from server.store.watching import list_unreleased
from tests.house import House


async def test_drafts_without_a_day_hide_none_that_has_one(house: House):
    for number in range(3):
        await house.item(title=f"草稿{number}", document_number=None)
    await house.item(
        title="依申请公开", openness="on_request", formed_on=date(2026, 11, 1), document_number=None
    )
    dated = await house.item(title="有日期", formed_on=date(2026, 11, 24), document_number=None)
    async with house.store.read() as tx:
        (found,) = await list_unreleased(tx, limit=2)
    assert (found.item_id, found.formed_on) == (dated.id, date(2026, 11, 24))
