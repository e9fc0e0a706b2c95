"""A command's own work on the database: opened, checked, and every refusal turned into one sentence."""

import asyncio
import os
import pwd
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from server.app import CannotStart
from server.cli.endings import MISUSED, REFUSED, end, end_without_store, settings_or_end
from server.core.acts import acting_as
from server.core.occupancy import is_half
from server.core.problems import Problem
from server.settings import Settings
from server.store.audit import Actor
from server.store.orgs import OrgRow, find_org_by_code
from server.store.rows import NotThere, Taken
from server.store.schema import is_current
from server.store.tx import Store, StoreAway, Tx

T = TypeVar("T")
_NOUNS: Final = {"org": "机构", "person": "人员", "login": "登录名", "account": "账号", "column": "栏目"}


def on_database(act: Callable[[Store, Settings], Awaitable[T]]) -> T:
    """Run an act on the database that the settings name."""
    settings = settings_or_end()
    try:
        return asyncio.run(_open_and_run(act, settings))
    except Problem as problem:
        end(problem.message, REFUSED)
    except Taken as taken:
        end(f"{_NOUNS.get(taken.noun, '')}“{taken.key}”已经存在。", REFUSED)
    except NotThere as missing:
        end(f"没有{_NOUNS.get(missing.noun, '')}“{missing.key}”。", REFUSED)
    except CannotStart as error:
        end(str(error), MISUSED)
    except StoreAway as error:
        end_without_store(error)


async def org_of(tx: Tx, code: str) -> OrgRow:
    """Give the organ with a code; raises NotThere."""
    found = await find_org_by_code(tx, code)
    if found is None:
        raise NotThere("org", code)
    return found


async def _open_and_run(act: Callable[[Store, Settings], Awaitable[T]], settings: Settings) -> T:
    await asyncio.to_thread(settings.var.mkdir, parents=True, exist_ok=True)
    if await asyncio.to_thread(is_half, settings.var):
        end("上次恢复备份没有完成：请再运行一次 tongfa restore。", MISUSED)
    store = Store(settings.database_url)
    try:
        if not await is_current(store):
            end("数据库还没有升级到这个版本的结构，请先运行 tongfa migrate。", MISUSED)
        with acting_as(_operator()):
            return await act(store, settings)
    finally:
        await store.close()


def _operator() -> Actor:
    """Give who sits at the shell, as the audit keeps him: the user, and whose session became root."""
    name = pwd.getpwuid(os.getuid()).pw_name
    behind = os.environ.get("SUDO_USER", "")[:64]
    return Actor("operator", name, f"{name}（{behind}）" if behind else name)
