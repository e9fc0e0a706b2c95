"""server/store/people.py, orgs.py, tokens.py and media.py on both databases."""

from typing import Any

import pytest
import sqlalchemy as sa

from server.store.media import MediaRow, Sight, find_media, list_media, put_media
from server.store.orgs import OrgRow, find_org_by_code, insert_org, list_orgs, subtree_ids
from server.store.people import (
    Grant,
    PersonRow,
    find_person,
    get_person,
    insert_person,
    list_grants,
    list_grants_of,
    list_people,
    list_reach,
    put_grant,
    set_password,
)
from server.store.rows import NotThere, Taken
from server.store.tables import org
from server.store.tokens import TokenRow, find_token, insert_token, list_tokens, revoke_token
from server.store.tx import Store


@pytest.fixture
async def tree(store: Store, now: Any) -> Store:
    """A banner with a bureau that has a station, and a neighbour; one person without grants."""
    rows = (("banner", "000000019", None), ("bureau", "000000027", "banner"),
            ("station", "000000035", "bureau"), ("beside", "000000043", None))  # fmt: skip
    async with store.begin() as tx:
        for key, code, parent in rows:
            await insert_org(tx, OrgRow(key, code, key, parent), at=now())
        await insert_person(tx, PersonRow("p", "nar", "娜仁", None, None), at=now())
    return store


async def test_a_subtree_is_an_organ_and_everything_below_it(tree: Store):
    async with tree.read() as tx:
        assert await subtree_ids(tx, "banner") == {"banner", "bureau", "station"}
        assert await subtree_ids(tx, "station") == {"station"}
        assert await subtree_ids(tx, "nowhere") == frozenset()


async def test_a_circle_in_the_tree_ends_the_walk(tree: Store):
    async with tree.begin() as tx:
        await tx.execute(org.update().where(org.c.id == "banner").values(parent_id="station"))
        assert await subtree_ids(tx, "bureau") == {"banner", "bureau", "station"}


async def test_an_organ_is_found_by_its_code(tree: Store):
    async with tree.read() as tx:
        found = await find_org_by_code(tx, "000000027")
        assert found is not None
        assert (found.as_org().code, found.parent_id) == ("000000027", "banner")
        assert await find_org_by_code(tx, "nothing") is None
        assert [row.id for row in await list_orgs(tx, frozenset({"beside", "banner"}))] == [
            "banner",
            "beside",
        ]


async def test_a_code_and_a_login_are_given_once(tree: Store, now: Any):
    async with tree.begin() as tx:
        with pytest.raises(Taken):
            await insert_org(tx, OrgRow("x", "000000019", "x", None), at=now())
        with pytest.raises(Taken):
            await insert_person(tx, PersonRow("q", "nar", "x", None, None), at=now())


async def test_a_grant_reaches_everything_below_its_organ(tree: Store):
    async with tree.begin() as tx:
        await put_grant(tx, "p", "bureau", "chief")
        await put_grant(tx, "p", "station", "author")
        await put_grant(tx, "p", "station", "author")
        assert await list_reach(tx, "p") == {("chief", "bureau"), ("chief", "station"), ("author", "station")}
        assert await list_grants(tx, "p") == (
            Grant("bureau", "000000027", "chief"),
            Grant("station", "000000035", "author"),
        )


async def test_the_grants_of_many_people_are_one_statement(tree: Store, now: Any):
    said: list[str] = []
    sa.event.listen(tree.engine.sync_engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    async with tree.begin() as tx:
        await insert_person(tx, PersonRow("q", "sar", "萨仁", None, None), at=now())
        await put_grant(tx, "p", "bureau", "chief")
        said.clear()
        found = await list_grants_of(tx, ("p", "q"))
    assert found == {"p": (Grant("bureau", "000000027", "chief"),), "q": ()}
    assert len(said) == 1


async def test_people_are_listed_by_where_they_work(tree: Store):
    async with tree.begin() as tx:
        await put_grant(tx, "p", "bureau", "chief")
        assert [row.login for row in await list_people(tx, frozenset({"bureau", "banner"}))] == ["nar"]
        assert await list_people(tx, frozenset({"beside"})) == ()


async def test_a_person_is_found_by_login_and_got_by_id(tree: Store):
    async with tree.begin() as tx:
        await set_password(tx, "p", "hash")
        found = await find_person(tx, "nar")
        assert found is not None
        assert found.password_hash == "hash"
        assert await get_person(tx, "p") == found
        assert await find_person(tx, "nobody") is None
        with pytest.raises(NotThere):
            await get_person(tx, "nobody")


def test_a_person_does_not_show_his_hash():
    assert "hash" not in repr(PersonRow("p", "nar", "娜仁", "hash", None))


async def test_revoked_tokens_and_sessions_are_not_listed(tree: Store, now: Any):
    rows = (("t1", "api"), ("t2", "api"), ("t3", "session"))
    async with tree.begin() as tx:
        for key, use in rows:
            await insert_token(tx, TokenRow(key, "p", key, use, None, now(), None, None), key)
        await revoke_token(tx, "t1", at=now())
        assert [row.id for row in await list_tokens(tx, "p")] == ["t2"]


async def test_the_first_revocation_counts(tree: Store, now: Any):
    async with tree.begin() as tx:
        await insert_token(tx, TokenRow("t", "p", "t", "api", None, now(), None, None), "digest")
        first = now()
        await revoke_token(tx, "t", at=first)
        await revoke_token(tx, "t", at=now.move(hours=1))
        row = await find_token(tx, "t")
    assert row is not None
    assert row.revoked_at == first


async def test_a_file_is_known_by_what_was_first_said_of_it(tree: Store, now: Any):
    first = MediaRow("a" * 64, "image/png", 10, 4, 4)
    async with tree.begin() as tx:
        await put_media(tx, first, by="p", at=now())
        await put_media(tx, MediaRow("a" * 64, "text/plain", 10, None, None), by="p", at=now())
        assert await find_media(tx, "a" * 64, Sight("p")) == first
        assert await list_media(tx, ("a" * 64, "b" * 64), Sight("p")) == {"a" * 64: first}
        assert await list_media(tx, (), Sight("p")) == {}
