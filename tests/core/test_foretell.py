"""server/core/foretell.py: what is told of a release is what it does, and telling it does nothing."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.follow import bind
from server.core.foretell import Foretold, foretell
from server.core.release import ReleaseOrder
from server.store.audit_tables import audit
from server.store.followups import Follow
from server.store.tables import delivery, release
from tests.house import ACCOUNTS, SITE, House


async def _foretold(house: House, item_id: str, *accounts: str, **more: object) -> Foretold:
    return await foretell(
        house.store,
        ReleaseOrder(item_id, accounts, **more),
        examined=await house.examiner.examine(item_id, at=house.now()),
        open_channel=house.open_channel,
        calendar=house.calendar,
        site=SITE,
        by=house.chief,
        at=house.now(),
        new_id=house.new_id,
    )


async def _count(house: House) -> tuple[int, ...]:
    async with house.store.read() as tx:
        tables = (release, delivery, audit)
        return tuple(
            [(await tx.execute(sa.select(sa.func.count()).select_from(t))).scalar_one() for t in tables]
        )


async def test_telling_writes_nothing(house: House):
    made = await house.item()
    before = await _count(house)
    await _foretold(house, made.id, "website", "weibo")
    assert await _count(house) == before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    behind=st.sets(st.sampled_from(sorted(set(ACCOUNTS) - {"website"}))),
    days=st.one_of(st.none(), st.integers(-3, 40)),
)
async def test_what_is_told_is_what_is_planned(house: House, behind: set[str], days: int | None):
    made = await house.item()
    at = None if days is None else house.now() + timedelta(days=days)
    accounts = ("website", *sorted(behind))
    told = await _foretold(house, made.id, *accounts, not_before=at)
    done = await house.release(made.id, accounts, at)
    assert [(leg.account, leg.state, leg.gate, leg.due_at) for leg in told.legs] == [
        (leg.account, leg.state, leg.gate, leg.due_at) for leg in done.deliveries
    ]


async def test_a_document_tells_when_its_interpretation_follows(house: House):
    source, other = await house.item(), await house.item(kind="interpretation", title="一图读懂")
    async with house.store.begin() as tx:
        follow = Follow(other.id, source.id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    told = await _foretold(house, source.id, "website", not_before=datetime(2026, 12, 1, 1, tzinfo=UTC))
    assert told.sentence.startswith("到12月1日（周二）09:00发布到网站。")
    assert [note for note in told.notes if note.startswith("解读《一图读懂》：等待原文")]
