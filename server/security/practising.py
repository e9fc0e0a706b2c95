"""The switch of practice: an organ goes in with accounts at the rehearsal platforms, and out again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.core.organs import get_org
from server.core.practice import Stage, begin_practice, end_practice
from server.core.problems import Problem
from server.core.release import OpenChannel
from server.security.access import SignedIn
from server.security.opening import DrawnUp, open_account
from server.security.vault import Vault
from server.store.accounts import AccountRow, find_account, list_accounts_of
from server.store.orgs import OrgRow
from server.store.permissions import set_account_access
from server.store.tx import Store, Tx

SITE_SLUG: Final = "yanlian-site"
FEED_SLUG: Final = "yanlian-feed"
HOW_TO_START: Final = (
    "演练平台没有运行，请管理员启动后再试：在配置文件写 [practice] platforms = true 后重新启动，"
    "或者在服务器上另开一个窗口运行 tongfa sandbox --practice"
)


async def _nobody() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The rehearsal platforms of this installation, and whether they answer at this moment."""

    stage: Stage
    answers: Callable[[], Awaitable[bool]]


NO_REHEARSAL: Final = Rehearsal(Stage({}, {}), _nobody)


@dataclass(frozen=True, slots=True)
class Doors:
    """What opening an account needs."""

    vault: Vault
    open_channel: OpenChannel
    new_id: Callable[[], str]


async def switch(
    store: Store,
    who: SignedIn,
    code: str,
    rehearsal: Rehearsal,
    doors: Doors,
    *,
    practice: bool,
    at: datetime,
) -> OrgRow:
    """Put the organ with a code into practice or out of it, and give it as it is then.

    Refuses who may not manage it, and to begin while the platforms do not answer: it says how they start.
    """
    async with store.read() as tx:
        org = await get_org(tx, code, field="org")
        who.require("manage_orgs", org.id)
    if practice and not await rehearsal.answers():
        raise Problem("platform_away", HOW_TO_START)
    async with store.begin() as tx:
        org = await get_org(tx, code, field="org")
        if practice:
            await go_into_practice(tx, org, rehearsal.stage, doors, by=who.name, at=at)
        else:
            await end_practice(tx, org, at=at)
        return await get_org(tx, code, field="org")


async def go_into_practice(
    tx: Tx, org: OrgRow, stage: Stage, doors: Doors, *, by: str, at: datetime
) -> tuple[AccountRow, ...]:
    """Put an organ into practice and give it its practice accounts; `by` is a name."""
    await begin_practice(tx, org, by=by, at=at)
    shared = {row.channel for row in await list_accounts_of(tx, ("website", "feed")) if row.practice}
    wanted = (*_shared(org, doors), *_own(org, stage, doors))
    rows = [await _renewed(tx, drawn, doors, at=at) for drawn in wanted if drawn.channel not in shared]
    return tuple(rows)


async def _renewed(tx: Tx, drawn: DrawnUp, doors: Doors, *, at: datetime) -> AccountRow:
    """Give the account of an earlier practice, with the platforms as they stand now, or a new one."""
    known = await find_account(tx, drawn.slug)
    if known is None:
        return await open_account(tx, drawn, doors.vault, doors.open_channel, at=at)
    if not known.practice:
        raise Problem("taken", f"账号标识“{drawn.slug}”被正式账号占用，不能开始演练", field="slug")
    await set_account_access(tx, known.id, drawn.settings, doors.vault.seal(drawn.secret))
    return known


def _shared(org: OrgRow, doors: Doors) -> tuple[DrawnUp, ...]:
    """Draw up the site and the feeds of practice, of which there is one for all organs."""
    told = (("website", SITE_SLUG, "演练网站"), ("feed", FEED_SLUG, "演练订阅源"))
    return tuple(
        DrawnUp(doors.new_id(), org.as_org(), channel, slug, name, channel, {}, {}, practice=True)
        for channel, slug, name in told
    )


def _own(org: OrgRow, stage: Stage, doors: Doors) -> tuple[DrawnUp, ...]:
    code, weibo, wechat = org.code.lower(), stage.weibo, stage.wechat
    return (
        DrawnUp(
            doors.new_id(), org.as_org(), "wechat", f"yanlian-wx-{code}", f"演练公众号·{org.name}"[:60],
            "wechat", {"base_url": wechat["base_url"], "appid": wechat["appid"]},
            {"appsecret": wechat["secret"]}, practice=True,
        ),
        DrawnUp(
            doors.new_id(), org.as_org(), "weibo", f"yanlian-wb-{code}", f"演练微博·{org.name}"[:60], "weibo",
            {
                "base_url": weibo["base_url"],
                "web_url": weibo["base_url"],
                "uid": weibo["uid"],
                "safe_domains": weibo["safe_domain"],
                "client_id": weibo["client_id"],
            },
            {"access_token": weibo["access_token"], "client_secret": weibo["client_secret"]}, practice=True,
        ),
        # What a person does by hand is rehearsed too, with the proof of it that he files.
        DrawnUp(
            doors.new_id(), org.as_org(), "other", f"yanlian-qt-{code}", f"演练公告栏·{org.name}"[:60],
            "other", {}, {}, practice=True,
        ),
    )  # fmt: skip
