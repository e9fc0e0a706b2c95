"""hear(): a push of WeChat becomes an act and an answer, in one transaction and without any call outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from channels.item import Site
from channels.wechat.identity import Identity, job_key
from channels.wechat.pushes import BroadcastEnded, Followed, JobEnded, Left, Other, Pressed, Push, Wrote
from channels.wechat.replies import Reply
from server.store.accounts import AccountRow
from server.store.broadcasts import find_push_of_job, set_push, tell_article
from server.store.followings import forget_reader
from server.store.hearing import look_for_persons, look_now, note_push
from server.store.tx import Tx
from server.store.uploads import keep_upload
from server.subscribe.answers import Reader, answer_press, answer_word, welcome

PRACTICE_ANSWER: Final = "这是演练公众号，不提供查询和订阅。演练的稿件发布后，在文章列表里可以看到。"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a push: the answer, and whether a worker has something to look at."""

    reply: Reply | None
    wakes: bool = False


async def hear(tx: Tx, account: AccountRow, push: Push, site: Site, *, at: datetime) -> Heard:
    """Act on a push once and answer it; a repeat is answered again, since nobody heard the first answer."""
    if account.practice and isinstance(push.what, Followed | Pressed | Wrote):
        return Heard(Reply(PRACTICE_ANSWER))  # what the others look through is real
    return await _hear(tx, account, push, site, at=at)


async def _hear(  # noqa: PLR0911 -- a line for each thing that can be heard
    tx: Tx, account: AccountRow, push: Push, site: Site, *, at: datetime
) -> Heard:
    is_new = await note_push(tx, account.id, push.key, at=at)
    reader = Reader(account.id, account.name, push.openid)
    match push.what:
        case JobEnded(platform_id, article):
            moved = await _hear_of_job(tx, account.id, platform_id, article, at=at) if is_new else ()
            return Heard(None, wakes=bool(moved))
        case BroadcastEnded():
            return Heard(None, wakes=is_new and await _hear_of_push(tx, account.id, push.what, at=at))
        case Left():
            if is_new:
                await forget_reader(tx, account.id, push.openid)
            return Heard(None)
        case Followed():
            return Heard(welcome(reader))
        case Pressed(key):
            return Heard(await answer_press(tx, reader, key, site))
        case Wrote(text):
            return Heard(await answer_word(tx, reader, text, site, is_new=is_new, at=at))
        case Other():
            return Heard(None)
        case _:
            assert_never(push.what)


async def _hear_of_push(tx: Tx, account_id: str, ended: BroadcastEnded, *, at: datetime) -> bool:
    """Keep what only the event tells, and let the push be looked at now.

    A person's own push may have carried a draft that waited for him.
    """
    row = await find_push_of_job(tx, account_id, str(Identity(push=ended.job)))
    if row is None:
        return bool(await look_for_persons(tx, account_id, at=at))
    for number, link in ended.links:
        await tell_article(tx, row.id, number, link=link)
    for number, fault in ended.faults:
        await tell_article(tx, row.id, number, fault=fault)
    if row.state != "sent":
        return False
    await set_push(tx, row.id, told=ended.status or None, due_at=at)
    return True


async def _hear_of_job(
    tx: Tx, account_id: str, platform_id: str, article: str, *, at: datetime
) -> tuple[str, ...]:
    """Let what the job is about be looked at; one that a person started is about whatever waits for him."""
    if article:
        # Only the job knows an article's permanent link, and this event may be all that names the job.
        await keep_upload(tx, account_id, job_key(article), platform_id, at=at)
    moved = await look_now(tx, account_id, platform_id, at=at)
    return moved or await look_for_persons(tx, account_id, at=at)
