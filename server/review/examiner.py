"""The examiner: reads what the checks need, runs them off the event loop, and says what they found."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.addresses import Addresses, page_path
from channels.item import Attachment, Content, Site
from server.core.contents import content_of_draft
from server.core.days import day_of
from server.core.draft import Draft
from server.core.examined import Examined, Objection
from server.core.live_site import LiveSite
from server.core.release import OpenChannel
from server.review.elements import links_of
from server.review.findings import Finding, Place, Severity
from server.review.inspect import Lists, inspect
from server.review.numbers import cited_numbers
from server.review.sources import CHANNEL
from server.review.starting import STARTING_VERSION
from server.review.subject import Subject, passages_of, subject_of, subject_of_draft
from server.review.word import Word
from server.review.wording import Wordings
from server.store.accounts import AccountRow
from server.store.citations import known_numbers, live_pages, own_bodies
from server.store.dictionary import WordRow, dictionary_serial, list_words
from server.store.items import ItemSeen, get_item
from server.store.practice import list_practising
from server.store.texts import MediaText, list_texts, put_text
from server.store.tx import Store, Tx
from server.store.waivers import Waiver, list_waivers

ReadBlob = Callable[[str], Awaitable[bytes]]
ReadText = Callable[[bytes, str], Awaitable[MediaText]]
"""Give what a file of this name says; never raises for a bad file, never takes for ever."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A stored item with what the checks found in its newest version, and who answers for what."""

    item: ItemSeen
    findings: tuple[Finding, ...]
    waivers: Mapping[str, Waiver]  # by the key of the finding
    serial: int  # of the office's list of words

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Give what stands in the way of a release."""
        return tuple(one for one in self.findings if one.severity == "blocking" and not self._holds(one))

    def _holds(self, finding: Finding) -> bool:
        waiver = self.waivers.get(finding.key)
        return waiver is not None and waiver.holds

    def as_examined(self) -> Examined:
        """Give it in the form that a release asks for; what channels say, the release asks them itself."""
        ours = [one for one in self.findings if one.severity == "blocking" and one.account is None]
        objections = tuple(Objection(one.key, one.place.field, _sentence(one)) for one in ours)
        return Examined(
            self.item.id, self.item.revision.content_hash, objections, STARTING_VERSION, self.serial
        )


@dataclass(frozen=True, slots=True)
class Examiner:
    """Examines stored items and drafts. `read_blob` and `read_text` are asked for files not read before."""

    store: Store
    sites: LiveSite
    read_blob: ReadBlob
    read_text: ReadText

    async def check_item(
        self,
        item_id: str,
        *,
        at: datetime,
        accounts: tuple[AccountRow, ...] = (),
        open_channel: OpenChannel | None = None,
    ) -> Checked:
        """Check the newest version of a stored item, and what each of some accounts can carry of it."""
        async with self.store.read() as tx:
            seen = await get_item(tx, item_id)
        texts = await self.read_texts(seen.revision.sheet.attachments, at=at)
        subject = subject_of(seen, texts)
        async with self.store.read() as tx:
            serial = await dictionary_serial(tx)  # before the words: what comes in between is looked at again
            lists = await self._lists(tx, subject, at, practice=seen.practice)
            waivers = await list_waivers(tx, seen.id, seen.revision.content_hash)
            content = await content_of_draft(tx, seen.id, self.sites.current, at=at) if accounts else None
        found = await asyncio.to_thread(inspect, subject, lists)
        if content is not None and open_channel is not None:
            found += channel_findings(content, accounts, open_channel)
        return Checked(seen, found, {one.finding: one for one in waivers}, serial)

    async def check_draft(self, draft: Draft, *, at: datetime) -> tuple[Finding, ...]:
        """Check what an editor has at hand, stored or not."""
        subject = subject_of_draft(draft, await self.read_texts(draft.attachments, at=at))
        async with self.store.read() as tx:
            practice = bool(await list_practising(tx, frozenset((draft.org.id,))))
            lists = await self._lists(tx, subject, at, practice=practice)
        return await asyncio.to_thread(inspect, subject, lists)

    async def examine(self, item_id: str, *, at: datetime) -> Examined:
        """Give what a release must hold against the waivers."""
        return (await self.check_item(item_id, at=at)).as_examined()

    async def read_texts(self, attachments: tuple[Attachment, ...], *, at: datetime) -> dict[str, MediaText]:
        """Give what attachments say; what was never read is read now, once for ever."""
        names = {one.sha256: one.name for one in attachments}
        async with self.store.read() as tx:
            known = await list_texts(tx, names)
        unread = names.keys() - known.keys()
        for sha256 in unread:
            try:
                body = await self.read_blob(sha256)
            except KeyError:
                continue  # the bytes are lost; the finding says that nobody has read them
            known[sha256] = await self.read_text(body, names[sha256])
            await self.store.write(_putting(sha256, known[sha256], at))
        if unread:
            async with self.store.read() as tx:
                return await list_texts(tx, names)
        return known

    async def _lists(self, tx: Tx, subject: Subject, at: datetime, *, practice: bool) -> Lists:
        front = f"{self.sites.current.url}/"
        links = [one for one in links_of(subject.body) if one.startswith(f"{front}a/")]
        pages = await live_pages(tx, tuple(_item_of(link, self.sites.current) for link in links))
        cited = cited_numbers(passages_of(subject))
        words = tuple(word_of(row) for row in await list_words(tx))
        return Lists(
            today=day_of(at),
            wordings=await asyncio.to_thread(Wordings.of, words),
            known_numbers=await known_numbers(tx, cited),
            own_bodies=await own_bodies(tx) if cited else frozenset(),
            practice_front="" if practice else self.sites.current.world(practice=True).url,
            own_pages={link: _item_of(link, self.sites.current) in pages for link in links},
        )


def channel_findings(
    content: Content, accounts: tuple[AccountRow, ...], open_channel: OpenChannel
) -> tuple[Finding, ...]:
    """Give what each account's channel cannot carry of a content."""
    found: list[Finding] = []
    for account in accounts:
        try:
            said = open_channel(account).check(content.told_on(account.channel, account.slug))
        except ValueError as error:
            reason = f"账号“{account.name}”的设置不完整：{error}"
            found.append(
                Finding("account_settings", "blocking", Place(""), "", reason, CHANNEL, None, account.slug)
            )
            continue
        for one in said:
            severity: Severity = "blocking" if one.blocks else "warning"
            reason = f"{account.name}：{one.message}"
            found.append(
                Finding(one.rule, severity, Place(one.field), "", reason, CHANNEL, None, account.slug)
            )
    return tuple(found)


def word_of(row: WordRow) -> Word:
    """Give a stored line as the checks take it."""
    return Word(row.word, row.right, row.context, row.severity, row.place, row.kind, row.note)


def _item_of(link: str, site: Site) -> str:
    path = Addresses(site).path_of(link)
    item_id = path.removeprefix("a/").removesuffix(".html")
    return item_id if page_path(item_id) == path else ""


def _putting(sha256: str, text: MediaText, at: datetime) -> Callable[[Tx], Awaitable[None]]:
    async def act(tx: Tx) -> None:
        await put_text(tx, sha256, text, at=at)

    return act


def _sentence(finding: Finding) -> str:
    part = f"（{finding.place.part}）" if finding.place.part else ""
    words = f"“{finding.words}”：" if finding.words else ""
    return f"{part}{words}{finding.reason}"
