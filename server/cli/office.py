"""Commands on the organs of an office and their accounts, straight on the database.

They need no one to be signed in: whoever can read the database file and the key has every right already.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from server.app import open_house
from server.cli.database import on_database, org_of
from server.cli.endings import MISUSED, end, form_or_end, require_word
from server.cli.listing import show
from server.console.names import ACCOUNT_STATES
from server.core.days import say_moment
from server.core.ids import new_id
from server.core.office import add_org as write_org
from server.file_errors import reason_of
from server.forms.accounts import AccountIn, counted_of
from server.forms.staff import OrgIn, TopOrgIn
from server.report.figures import CHANNEL_NAMES
from server.security.opening import DrawnUp, open_account
from server.settings import Settings
from server.store.accounts import AccountRow, list_accounts_of
from server.store.orgs import OrgRow, list_all_orgs
from server.store.tx import Store
from server.store.words import CHANNELS, COUNTED_AS


def add_org(
    code: Annotated[str, typer.Argument(help="机构代码：九位或十八位数字和大写字母")],
    name: Annotated[str, typer.Argument(help="机构名称")],
    parent: Annotated[str | None, typer.Option("--parent", help="上级机构代码")] = None,
) -> None:
    """添加机构。"""  # noqa: D400, D415 -- shown as help
    if parent is None:
        form = form_or_end(TopOrgIn, code=code, name=name)
    else:
        form = form_or_end(OrgIn, code=code, name=name, parent=parent)

    async def act(store: Store, _settings: Settings) -> None:
        async with store.begin() as tx:
            parent_id = None if parent is None else (await org_of(tx, parent)).id
            await write_org(tx, OrgRow(new_id(), form.code, form.name, parent_id), at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已添加机构 {form.code} {form.name}")


def list_orgs() -> None:
    """列出机构。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> tuple[OrgRow, ...]:
        async with store.read() as tx:
            return await list_all_orgs(tx)

    rows = on_database(act)
    codes = {row.id: row.code for row in rows}
    show(("机构代码", "名称", "上级", "演练"), (_org_cells(row, codes) for row in rows))


def add_account(
    channel: Annotated[str, typer.Argument(help="渠道：" + "、".join(CHANNELS))],
    slug: Annotated[str, typer.Argument(help="账号标识")],
    name: Annotated[str, typer.Argument(help="账号名称")],
    *,
    org: Annotated[str, typer.Option("--org", help="机构代码")],
    counted_as: Annotated[str | None, typer.Option("--counted-as", help="计入哪个渠道")] = None,
    setting: Annotated[list[str] | None, typer.Option("--setting", help="键=值，可多次给出")] = None,
    secret_file: Annotated[
        Path | None, typer.Option("--secret-file", help="凭据的 JSON 文件，- 为标准输入")
    ] = None,
) -> None:
    """添加账号；凭据加密保存，不从命令行给出。"""  # noqa: D400, D415
    counted = counted_as or channel
    require_word(channel, CHANNELS, "渠道")
    require_word(counted, COUNTED_AS, "计入渠道")
    settings = dict(_read_pair(text) for text in setting or ())
    secret = {} if secret_file is None else _read_secret(secret_file)
    form = form_or_end(
        AccountIn,
        org=org, channel=channel, slug=slug, name=name, counted_as=counted,
        settings=settings, secret=secret,
    )  # fmt: skip

    async def act(store: Store, installed: Settings) -> str:
        # As the server does it: whether an account lacks something, only its channel knows.
        async with open_house(installed, migrate_first=False) as house, store.begin() as tx:
            organ = (await org_of(tx, org)).as_org()
            drawn = DrawnUp(
                new_id(), organ, form.channel, form.slug, form.name, counted_of(form),
                form.settings, form.secret,
            )  # fmt: skip
            doors = house.parts
            return (await open_account(tx, drawn, doors.vault, doors.open_channel, at=doors.now())).state

    state = on_database(act)
    typer.echo(f"已添加账号 {form.slug} {form.name}")
    if state == "unauthorised":
        typer.echo("这个账号还没有授权：请管理员在后台“平台授权”页上授权。")


def list_accounts() -> None:
    """列出账号；凭据不显示。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> tuple[AccountRow, ...]:
        async with store.read() as tx:
            return await list_accounts_of(tx, CHANNELS)

    show(("账号", "名称", "渠道", "计入", "机构", "状态"), map(_account_cells, on_database(act)))


def _org_cells(row: OrgRow, codes: Mapping[str, str]) -> tuple[str, ...]:
    practises = "" if row.practice_since is None else f"{say_moment(row.practice_since)} 起"
    return row.code, row.name, codes.get(row.parent_id or "", ""), practises


def _account_cells(row: AccountRow) -> tuple[str, ...]:
    state, _tone = ACCOUNT_STATES[row.state]
    return row.slug, row.name, CHANNEL_NAMES[row.channel], CHANNEL_NAMES[row.counted_as], row.org.code, state


def _read_pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        end(f"--setting 应写成 键=值，而不是“{text}”。", MISUSED)
    return key, value


def _read_secret(file: Path) -> dict[str, str]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        read = json.loads(text)
    except OSError as error:
        end(f"凭据文件 {file} 读不了：{reason_of(error)}。", MISUSED)
    except ValueError:  # its text may be in the error
        end(f"凭据文件 {file} 不是正确的 JSON。", MISUSED)
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        end("凭据文件应是一个 JSON 对象，值都是文字。", MISUSED)
    return read
