"""server/core/acts.py: every act of a person or a robot leaves a line, in the transaction of the act."""

from typing import Any

import pytest

from server.core.acts import VERB_NAMES, VERBS, acting_as, note
from server.core.decide import authorise, send_again, set_paused
from server.core.evidence import record_evidence
from server.core.withdraw import withdraw
from server.store.accounts import find_account
from server.store.audit import Actor, AuditLine, Wanted, list_audit
from server.store.evidence import Evidence
from server.store.tables import delivery
from server.store.tx import Tx
from tests.house import House

CHIEF = Actor("person", "7", "chief 主任", "9", "10.0.0.7", "request-1")


async def lines(house: House, **wanted: Any) -> tuple[AuditLine, ...]:
    """Give the lines of the audit, oldest first."""
    async with house.store.read() as tx:
        return tuple(reversed(await list_audit(tx, Wanted(**wanted), 500)))


async def verbs(house: House, **wanted: Any) -> list[str]:
    return [line.verb for line in await lines(house, **wanted)]


def test_every_verb_has_a_name_that_people_understand():
    assert set(VERBS) == set(VERB_NAMES)
    assert all(not name.isascii() for name in VERB_NAMES.values())


async def test_the_life_of_an_item_can_be_read_from_its_lines(house: House):
    item = await house.published(on=("website", "weibo"))
    await house.withdraw(item.id)
    await house.run_until_quiet()
    assert await verbs(house, item_id=item.id) == [
        "item.create", "item.submit", "item.approve", "item.release",
        "delivery.live", "delivery.gate_opened", "delivery.live",
        "item.withdraw", "delivery.withdrawn", "delivery.withdrawn",
    ]  # fmt: skip


async def test_a_line_says_who_when_from_where_and_what(house: House):
    with acting_as(CHIEF):
        item = await house.item()
    (made, *_rest) = await lines(house, item_id=item.id)
    assert (made.actor, made.who_id, made.who, made.token_id) == ("person", "7", "chief 主任", "9")
    assert (made.address, made.request_id, made.at) == ("10.0.0.7", "request-1", house.now())
    assert (made.org_id, made.revision_id) == (house.org.id, item.revision.id)
    assert made.details == {"content_hash": item.revision.content_hash}


async def test_an_act_that_is_undone_leaves_no_line(house: House):
    async def act(tx: Tx) -> None:
        await note(tx, "item.create", at=house.now())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await house.store.write(act)
    assert await lines(house) == ()


async def test_what_a_worker_did_is_not_put_on_the_person_who_released(house: House):
    item = await house.item()
    with acting_as(CHIEF):
        await house.release(item.id)
    await house.run_until_quiet()
    (live,) = await lines(house, verb="delivery.live")
    assert (live.actor, live.who_id, live.org_id) == ("robot", "worker", house.org.id)
    assert live.delivery_id == (await house.legs(item.id))["website"].id


async def test_of_many_that_one_statement_moves_each_has_a_line_of_its_own(house: House):
    items = [await house.item() for _item in range(3)]
    for item in items:
        await house.release(item.id)
    await house.claim()
    async with house.store.begin() as tx:
        await tx.execute(delivery.update().values(looks=0))
        await tx.execute(delivery.update().where(delivery.c.state == "sending").values(state="unknown"))
    legs = [(await house.legs(item.id))["website"] for item in items]
    told = await lines(house, verb="delivery.unknown")
    assert {(one.delivery_id, one.item_id, one.details["attempt"]) for one in told} == {
        (leg.id, leg.item_id, leg.attempt_id) for leg in legs
    }
    assert len(told) == len(legs)


@pytest.mark.parametrize(
    ("fate", "told"),
    [
        ("refuse", ["delivery.refused"]),
        ("busy", ["delivery.retry_wait"]),
        ("logged_out", ["delivery.blocked"]),
        ("drop_after", ["delivery.unknown"]),
    ],
)
async def test_every_end_of_a_call_is_told_by_the_robot_that_called(house: House, fate: str, told: list[str]):
    house.platform.next_call("ok", fate)
    item = await house.published(on=("website", "weibo"))
    weibo = (await house.legs(item.id))["weibo"].id
    found = [line for line in await lines(house, delivery_id=weibo) if line.verb != "delivery.gate_opened"]
    assert ([line.verb for line in found], {line.who_id for line in found}) == (told, {"worker"})


async def test_a_look_that_found_a_lost_post_is_told_as_such(house: House):
    house.platform.next_call("ok", "drop_after")
    item = await house.published(on=("website", "weibo"))
    house.now.move(hours=1)
    await house.run_until_quiet()
    weibo = (await house.legs(item.id))["weibo"].id
    *_before, found = await lines(house, delivery_id=weibo)
    assert (found.verb, found.who_id, found.details["from"]) == ("delivery.live", "reconcile", "unknown")


async def test_a_sending_that_broke_off_is_told(house: House):
    item = await house.item()
    await house.release(item.id)
    await house.claim()
    house.now.move(minutes=5)
    await house.tick()
    assert await verbs(house, verb="delivery.") == ["delivery.unknown"]


async def test_proof_of_a_notice_board_is_the_persons_act_and_no_robots(house: House):
    item = await house.published(on=("website", "other"))
    leg = (await house.legs(item.id))["other"]
    proof = Evidence("某苏木公告栏", house.now(), "某某", None, None)
    with acting_as(CHIEF):
        async with house.store.begin() as tx:
            await record_evidence(tx, leg.id, proof, house.bench, by=house.chief, at=house.now())
    (told,) = await lines(house, delivery_id=leg.id)
    assert (told.verb, told.who_id, told.details["place"]) == ("delivery.evidence", "7", "某苏木公告栏")


async def test_a_withdrawal_is_the_persons_and_each_taking_down_the_robots(house: House):
    item = await house.published(on=("website", "weibo", "other"))
    with acting_as(CHIEF):
        async with house.store.begin() as tx:
            await withdraw(tx, item.id, "内容有误", house.bench, at=house.now())
    await house.run_until_quiet()
    told = [(line.verb, line.actor) for line in await lines(house, item_id=item.id)]
    assert told[-3:] == [
        ("item.withdraw", "person"), ("delivery.withdrawn", "robot"), ("delivery.withdrawn", "robot"),
    ]  # fmt: skip


async def test_acts_on_accounts_and_refused_deliveries_are_told(house: House):
    house.platform.next_call("ok", "refuse")
    item = await house.published(on=("website", "weibo"))
    leg = (await house.legs(item.id))["weibo"]
    async with house.store.begin() as tx:
        await send_again(tx, leg.id, at=house.now())
        row = await find_account(tx, "weibo")
        assert row is not None
        row = await set_paused(tx, row, is_paused=True, at=house.now())
        await set_paused(tx, row, is_paused=False, at=house.now())
        await authorise(tx, row, at=house.now())
    assert await verbs(house, account_id=leg.account_id) == [
        "delivery.gate_opened", "delivery.refused", "delivery.retry",
        "account.pause", "account.resume", "account.authorise",
    ]  # fmt: skip


async def test_pages_follow_one_another_without_gap_or_double(house: House):
    for number in range(7):
        async with house.store.begin() as tx:
            await note(
                tx, "job.run", at=house.now() if number % 2 else house.now.move(seconds=1), job=str(number)
            )
    seen: list[int] = []
    before = None
    while True:
        async with house.store.read() as tx:
            page = await list_audit(tx, Wanted(before=before), 2)
        if not page:
            break
        seen += [line.id for line in page]
        before = page[-1].id
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 7
