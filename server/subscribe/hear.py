"""hear(): a push of WeChat becomes an act and an answer, in one transaction and without any call outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from channels.item import Site
from channels.wechat.pushes import Followed, JobEnded, Left, Other, Pressed, Push, Wrote
from channels.wechat.replies import Reply
from server.store.accounts import AccountRow
from server.store.followings import forget_reader
from server.store.hearing import look_now, note_push
from server.store.tx import Tx
from server.subscribe.answers import Reader, answer_press, answer_word, welcome


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a push: the answer, and whether a worker has something to look at."""

    reply: Reply | None
    wakes: bool = False


async def hear(tx: Tx, account: AccountRow, push: Push, site: Site, *, at: datetime) -> Heard:
    """Act on a push once and answer it; a repeat is answered again, since nobody heard the first answer."""
    is_new = await note_push(tx, account.id, push.key, at=at)
    reader = Reader(account.id, account.name, push.openid)
    match push.what:
        case JobEnded(platform_id):
            moved = await look_now(tx, account.id, platform_id, at=at) if is_new else ()
            return Heard(None, wakes=bool(moved))
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
