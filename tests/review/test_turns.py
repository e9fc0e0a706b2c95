"""Decider.turns on both databases: the list of what waits holds what one may decide on, and nothing else."""

from datetime import timedelta

import pytest

from server.core.draft import create_item
from server.core.problems import Problem
from server.review.approvals import approve, return_item, submit
from server.review.deputising import appoint
from server.review.levels import Decider, Standing, Version, decider_of, set_levels, standings_of
from server.store.desk import Wanted, list_desk
from server.store.orgs import OrgRow, insert_org, list_all_orgs
from server.store.people import PersonRow, insert_person, put_grant
from tests.house import House
from tests.watch.crowd import plan_crowd
from tests.watch.test_waking import heard, plan_of

_ROLES = {"first": "reviewer", "second": "reviewer", "leader": "chief", "keeper": "admin", "deputy": "author"}
# Organ, kind, and who approved one after the other; "-" sends back, and it is handed in once more.
_WAITING = (
    ("office", "policy", ""),
    ("office", "policy", "first"),
    ("office", "policy", "first second"),
    ("office", "policy", "first -"),
    ("office", "policy", "first - second"),
    ("office", "news", "deputy"),  # for the leader, who may decide on the levels below his own
    ("bureau", "policy", "second"),  # by the levels of the office above
    ("bureau", "news", ""),
    ("bureau", "news", "second"),
    ("village", "policy", ""),  # nobody has set levels
)


@pytest.fixture
async def office(house: House) -> House:
    """An office with three levels, a bureau below it with two of its own for news, a village with none."""
    at, orgs = house.now(), {"office": house.org}
    async with house.store.begin() as tx:
        for code, name, above in (("000000029", "bureau", house.org.id), ("000000039", "village", None)):
            orgs[name] = OrgRow(house.new_id(), code, name, above)
            await insert_org(tx, orgs[name], at=at)
        await put_grant(tx, house.author, house.org.id, "reviewer")
        for login, role in _ROLES.items():
            await insert_person(tx, PersonRow(login, login, login, None, None), at=at)
            for name in ("office", "village"):
                await put_grant(tx, login, orgs[name].id, role)
        three = [("reviewer", "初审"), ("reviewer", "复审"), ("chief", "终审")]
        await set_levels(tx, house.org.id, "any", three, at=at)
        await set_levels(tx, orgs["bureau"].id, "news", [("reviewer", "一审"), ("chief", "终审")], at=at)
        days = (at, at + timedelta(days=9))
        await appoint(tx, "leader", "deputy", *days, "休假", by="leader", at=at, new_id=house.new_id)
    for name, kind, acts in _WAITING:
        await _walk(house, orgs[name], kind, acts.split())
    return house


async def _walk(house: House, org: OrgRow, kind: str, acts: list[str]) -> None:
    async with house.store.begin() as tx:
        draft = house.draft(org=org.as_org(), kind=kind)
        made = await create_item(tx, draft, by=house.author, at=house.now(), new_id=house.new_id)
        await submit(tx, made.id, by=house.author, at=house.now())
    for one in acts:
        house.now.move(seconds=1)
        told = {"at": house.now(), "new_id": house.new_id}
        async with house.store.begin() as tx:
            if one == "-":
                await return_item(tx, made.id, by="leader", reason="补充", **told)
                await submit(tx, made.id, by=house.author, at=house.now())
            else:
                await approve(tx, made.id, by=one, **told)


def _may(decider: Decider, version: Version, standing: Standing) -> bool:
    try:
        decider.acts_for(version, standing)
    except Problem:
        return False
    return version.author_id != decider.person_id


async def _waits_for(house: House, person_id: str) -> int:
    """Give how many wait for somebody, once the list and each version's own answer say the same."""
    async with house.store.read() as tx:
        orgs = frozenset(org.id for org in await list_all_orgs(tx))
        every = await list_desk(tx, Wanted(orgs, ("submitted",), oldest_first=True), limit=99)
        versions = {line: Version.of_line(line) for line in every}
        standings = await standings_of(tx, tuple(versions.values()))
        decider = await decider_of(tx, person_id, at=house.now())
        turns = await decider.turns(tx, orgs)
        his = Wanted(orgs, ("submitted",), not_by=person_id, oldest_first=True, turns=turns)
        may = tuple(line for line, of in versions.items() if _may(decider, of, standings[of.id]))
        assert await list_desk(tx, his, limit=99) == may
        assert await list_desk(tx, his, limit=1) == may[:1]  # nothing that waits for others comes before it
    return len(may)


async def test_what_waits_for_somebody_is_what_he_may_decide_on(office: House):
    people = {login: login for login in _ROLES} | {"author": office.author}
    waits = {login: await _waits_for(office, person_id) for login, person_id in people.items()}
    assert waits == {"first": 7, "second": 6, "leader": 9, "keeper": 1, "deputy": 9, "author": 0}


async def test_fewer_levels_than_were_passed_leave_what_waits_in_the_list(office: House):
    async with office.store.begin() as tx:
        await set_levels(tx, office.org.id, "any", [("reviewer", "审核")], at=office.now())
    assert [await _waits_for(office, login) for login in ("first", "second", "leader")] == [7, 6, 9]


@pytest.mark.slow
async def test_what_waits_is_found_without_walking_through_the_archive(office: House, engine: str):
    await plan_crowd(office, (office.now() for _n in range(1000)))
    async with office.store.begin() as tx:
        if tx.dialect.name == "postgresql":
            await tx.exec_driver_sql("ANALYZE")
    with heard(office.store) as told:
        await _waits_for(office, "leader")
        async with office.store.read() as tx:
            await list_desk(tx, Wanted(frozenset({office.org.id}), ("approved",)), limit=9)
    reads = [(statement, values) for statement, values in told if "FROM revisions" in statement]
    plans = [await plan_of(office, engine, statement, values) for statement, values in reads]
    walk = "SCAN revisions" if engine == "sqlite" else "Seq Scan on revisions"
    assert (len(plans), [plan for plan in plans if walk in plan and "INDEX" not in plan]) == (4, [])
