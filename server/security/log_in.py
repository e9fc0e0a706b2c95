"""Logging in with a password and, where somebody has set it up, a second step; the same at every face."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.core.problems import Problem
from server.ephemeral.crowd import Crowd, Crowded
from server.ephemeral.throttle import Throttle
from server.security.access import SignedIn
from server.security.guessing import forgive, forgive_code, refuse_guessing, refuse_guessing_codes
from server.security.passwords import hash_password, is_password
from server.security.second_factor import confirm_factor, has_factor, take_code
from server.security.sign_in import IssuedToken, begin_session, check_password, exchange, refuse_session
from server.security.staff import give_password
from server.security.vault import SealBroken, Vault
from server.store.people import PersonRow, find_person, get_person
from server.store.tokens import revoke_all
from server.store.tx import Store

_TICKET_LASTS: Final = timedelta(minutes=5)
_TICKET: Final = "second step"
_AT_THE_DOOR: Final = 64
_OF_ONE_PLACE: Final = 16
"""So many may have their passwords looked at at once, in all and of one address: an office may sit there."""


def open_door() -> Crowd:
    """Give the door of a process, at which everybody stands who wants to come in."""
    return Crowd(most=_AT_THE_DOOR, of_one_address=_OF_ONE_PLACE)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where one caller tries to come in; `place` is the address that he calls from.

    `known` names a browser in which the person who tries has signed in before.
    """

    store: Store
    throttle: Throttle
    door: Crowd
    vault: Vault
    new_id: Callable[[], str]
    place: str
    at: datetime
    known: str = ""

    async def log_in(self, login: str, password: str, code: str = "") -> tuple[PersonRow, IssuedToken]:
        """Give the person and a new session of his.

        Refuses guessing, every wrong login or password with the same sentence, and a code that is wanting.
        """
        person = await self.check(login, password)
        if await self.wants_code(person):
            await self.check_code(person, code)
        return person, await self.admit(person)

    async def check(self, login: str, password: str) -> PersonRow:
        """Give the person whose login and password these are; refuses where too many stand at the door."""
        try:
            with self.door.joined(self.place):  # before the try is counted: it is nobody's failure
                return await self._checked(login, password)
        except Crowded:
            raise Problem("too_many_attempts", "现在登录的人很多，请过一会儿再试") from None

    async def _checked(self, login: str, password: str) -> PersonRow:
        await refuse_guessing(self.throttle, login, self.place, self.known)
        async with self.store.read() as tx:
            found = await find_person(tx, login)
        try:
            person = await check_password(found, password)
        except Problem:
            async with self.store.begin() as tx:
                await refuse_session(tx, found, at=self.at)
            raise
        await forgive(self.throttle, login, self.place, self.known)
        return person

    async def wants_code(self, person: PersonRow) -> bool:
        """Say whether a person must show a code as well."""
        async with self.store.read() as tx:
            return await has_factor(tx, person.id)

    async def check_code(self, person: PersonRow, code: str) -> None:
        """Take a code; each is good once. One that is wrong is noted and counted."""
        if code.strip():
            await refuse_guessing_codes(self.throttle, person.id)
        try:
            async with self.store.begin() as tx:
                await take_code(tx, self.vault, person, code, at=self.at)
        except Problem as refusal:
            if refusal.code == "wrong_code":
                async with self.store.begin() as tx:
                    await refuse_session(tx, person, at=self.at, step="code")
            raise
        await forgive_code(self.throttle, person.id)

    async def admit(self, person: PersonRow) -> IssuedToken:
        """Write a new session."""
        async with self.store.begin() as tx:
            return await begin_session(tx, person.id, id=self.new_id(), at=self.at)

    async def exchange(self, who: SignedIn) -> IssuedToken:
        """Give another session for the present one: a copy of its secret is worth nothing any more."""
        async with self.store.begin() as tx:
            return await exchange(tx, who, id=self.new_id(), at=self.at)

    async def prove(self, who: SignedIn, password: str, code: str) -> PersonRow:
        """Give the one who is signed in back when it is really he: an open desk proves nobody."""
        person = await self._owner(who, password, Problem("invalid", "口令不正确", field="password"))
        await self.check_code(person, code)
        return person

    async def change_password(
        self, who: SignedIn, old: str, new: str, *, fields: tuple[str, str] = ("old", "new")
    ) -> None:
        """Give the one who is signed in another password; every session of his but this one ends.

        `fields` are the places of both passwords in the form that he filled in.
        """
        person = await self._owner(who, old, Problem("invalid", "原口令不正确", field=fields[0]))
        password_hash = await hash_password(new, login=person.login, field=fields[1])
        async with self.store.begin() as tx:
            await give_password(tx, person, password_hash, keep=who.token_id, at=self.at)

    async def _owner(self, who: SignedIn, password: str, wrong: Problem) -> PersonRow:
        await refuse_guessing(self.throttle, who.login, self.place, who.tries_as)
        async with self.store.read() as tx:
            person = await get_person(tx, who.person_id)
        if not await is_password(password, person.password_hash):
            raise wrong
        await forgive(self.throttle, who.login, self.place, who.tries_as)
        return person

    async def confirm(self, who: SignedIn, code: str) -> tuple[str, ...]:
        """Let the secret count that somebody has begun to set up, and give its recovery codes.

        Every other session of his ends: none of them has shown a code.
        """
        await refuse_guessing_codes(self.throttle, who.person_id)
        async with self.store.begin() as tx:
            person = await get_person(tx, who.person_id)
            codes = await confirm_factor(tx, self.vault, person, code, at=self.at)
            await revoke_all(tx, person.id, at=self.at, use="session", keep=who.token_id)
        await forgive_code(self.throttle, who.person_id)
        return codes

    def ticket_for(self, person: PersonRow, browser: str) -> str:
        """Give what stands between the two steps: sealed, for this browser, good for minutes."""
        told = {"use": _TICKET, "person": person.id, "browser": browser, "until": self._until.isoformat()}
        return self.vault.seal({**told, "password": _mark(person)})

    async def person_of(self, ticket: str, browser: str) -> PersonRow:
        """Give the person whose first step a ticket proves; refuses one that is over or another browser's."""
        try:
            told = self.vault.open(ticket)
        except SealBroken:
            raise Problem("not_signed_in", "登录已中断，请重新输入口令") from None
        is_ours = told.get("use") == _TICKET and told.get("browser") == browser
        if not is_ours or datetime.fromisoformat(told["until"]) <= self.at:
            raise Problem("not_signed_in", "验证码填写得太晚，请重新输入口令")
        async with self.store.read() as tx:
            person = await get_person(tx, told["person"])
        if person.disabled_at is not None or told["password"] != _mark(person):
            raise Problem("not_signed_in", "登录已中断，请重新输入口令")
        return person

    @property
    def _until(self) -> datetime:
        return self.at + _TICKET_LASTS


def _mark(person: PersonRow) -> str:
    """Give what changes with the password: a ticket must not outlive it."""
    return (person.password_hash or "")[-16:]
