"""server/security/sign_in.py: tokens as digests, with an end, and the reach of the person behind them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.problems import Problem
from server.security.sign_in import begin_session, digest_of, issue_token, sign_in
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, insert_person, put_grant, set_disabled
from server.store.tokens import find_token, revoke_token
from server.store.tx import Store


@pytest.fixture
async def person(store: Store, now: Any) -> str:
    """A person who is chief at an organ with one below it, and reporter at a third."""
    async with store.begin() as tx:
        for key, code, parent in (
            ("top", "000000019", None),
            ("low", "000000027", "top"),
            ("far", "000000035", None),
        ):
            await insert_org(tx, OrgRow(key, code, code, parent), at=now())
        await insert_person(tx, PersonRow("p", "nar", "娜仁", None, None), at=now())
        await put_grant(tx, "p", "top", "chief")
        await put_grant(tx, "p", "far", "reporter")
    return "p"


async def _issue(store: Store, now: Any, lasts: timedelta | None = None) -> str:
    async with store.begin() as tx:
        issued = await issue_token(tx, "p", id="t", name="x", use="api", at=now(), lasts=lasts)
    return issued.secret


async def _sign_in(store: Store, now: Any, secret: str):
    async with store.read() as tx:
        return await sign_in(tx, secret, at=now())


async def test_a_token_gives_the_person_with_everything_his_grants_cover(store: Store, now: Any, person: str):
    seen = await _sign_in(store, now, await _issue(store, now))
    assert seen.person_id == person
    assert seen.reach == {("chief", "top"), ("chief", "low"), ("reporter", "far")}


async def test_a_token_tells_what_it_is_and_which(store: Store, now: Any, person: str):
    assert (await _issue(store, now)).startswith("tf_t_")


async def test_the_database_keeps_the_digest_only(store: Store, now: Any, person: str):
    secret = await _issue(store, now)
    async with store.read() as tx:
        [row] = (await tx.execute(sa.text("SELECT * FROM tokens"))).all()
    assert secret not in str(row)
    assert digest_of(secret) in row


async def test_a_token_holds_until_its_last_moment(store: Store, now: Any, person: str):
    secret = await _issue(store, now, timedelta(hours=1))
    now.move(seconds=3599)
    assert (await _sign_in(store, now, secret)).login == "nar"
    now.move(seconds=1)
    with pytest.raises(Problem, match="过期"):
        await _sign_in(store, now, secret)


async def test_a_revoked_token_opens_nothing(store: Store, now: Any, person: str):
    secret = await _issue(store, now)
    async with store.begin() as tx:
        await revoke_token(tx, "t", at=now())
    with pytest.raises(Problem, match="无效"):
        await _sign_in(store, now, secret)


async def test_the_token_of_a_person_who_was_shut_out_opens_nothing(store: Store, now: Any, person: str):
    secret = await _issue(store, now)
    async with store.begin() as tx:
        await set_disabled(tx, person, now())
    with pytest.raises(Problem, match="停用"):
        await _sign_in(store, now, secret)


@pytest.mark.parametrize("secret", ["", "tf_t_", "tf_t_x", "x" * 10_000, "\udcff", "tf_'; DROP TABLE tokens"])
async def test_what_is_no_token_opens_nothing(store: Store, now: Any, person: str, secret: str):
    await _issue(store, now)
    with pytest.raises(Problem) as refused:
        await _sign_in(store, now, secret)
    assert refused.value.code == "not_signed_in"


async def test_an_issued_token_does_not_show_its_secret(store: Store, now: Any, person: str):
    async with store.begin() as tx:
        issued = await issue_token(tx, "p", id="t", name="x", use="session", at=now(), lasts=None)
    assert issued.secret not in repr(issued)


async def test_who_comes_back_within_a_month_hears_that_his_session_lapsed(
    store: Store, now: Any, person: str
):
    async with store.begin() as tx:
        session = await begin_session(tx, "p", id="s", at=now())
    now.move(days=30)
    async with store.begin() as tx:
        await begin_session(tx, "p", id="next", at=now())
    with pytest.raises(Problem, match="过期"):
        await _sign_in(store, now, session.secret)


async def test_the_log_ins_of_a_year_leave_the_sessions_of_a_month(store: Store, now: Any, person: str):
    await _issue(store, now, timedelta(days=1))
    async with store.begin() as tx:
        for day in range(365):
            await begin_session(tx, "p", id=f"s{day}", at=now())
            now.move(days=1)
        [kept] = (await tx.execute(sa.text("SELECT count(*) FROM tokens WHERE \"use\" = 'session'"))).one()
        assert await find_token(tx, "t") is not None
    assert kept == 31
