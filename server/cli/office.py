"""Commands that set an office up: organs, people, tokens and accounts, written straight into the database.

They need no one to be signed in: whoever can read the database file and the key has every right already.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, cast

import typer

from scheduler.windows import read_window
from server.cli.database import on_database
from server.cli.endings import MISUSED, end
from server.core.ids import new_id
from server.core.office import add_account as write_account
from server.core.office import add_org as write_org
from server.security.passwords import hash_password
from server.security.second_factor import reset_factor
from server.security.sign_in import IssuedToken, issue_token
from server.security.staff import admit
from server.security.vault import Vault
from server.settings import Settings
from server.store.accounts import AccountRow
from server.store.orgs import OrgRow, find_org_by_code
from server.store.people import PersonRow, Role, find_person
from server.store.rows import NotThere
from server.store.tx import Store, Tx
from server.store.words import CHANNELS, COUNTED_AS, ROLES

_DAYS_MOST: Final = 3660


def add_org(
    code: Annotated[str, typer.Argument(help="机构代码")],
    name: Annotated[str, typer.Argument(help="机构名称")],
    parent: Annotated[str | None, typer.Option("--parent", help="上级机构代码")] = None,
) -> None:
    """添加机构。"""  # noqa: D400, D415 -- shown as help

    async def act(store: Store, _settings: Settings) -> None:
        async with store.begin() as tx:
            parent_id = None if parent is None else (await _get_org(tx, parent)).id
            await write_org(tx, OrgRow(new_id(), code, name, parent_id), at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已添加机构 {code} {name}")


def add_user(
    login: Annotated[str, typer.Argument(help="登录名")],
    name: Annotated[str, typer.Argument(help="姓名")],
    grant: Annotated[list[str], typer.Option("--grant", help="角色@机构代码，可多次给出")],
    *,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读口令")] = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="不设口令，只能用令牌")] = False,
) -> None:
    """添加人员；口令在终端输入，不出现在命令行里。"""  # noqa: D400, D415
    grants = [_read_grant(text) for text in grant]
    password = None if no_password else _read_password(from_stdin=password_stdin)

    async def act(store: Store, _settings: Settings) -> None:
        hashed = None if password is None else await hash_password(password, login=login)
        async with store.begin() as tx:
            row = PersonRow(new_id(), login, name, hashed, disabled_at=None)
            roles = [(await _get_org(tx, org_code), role) for role, org_code in grants]
            await admit(tx, row, roles, at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已添加人员 {login} {name}")


def reset_user_factor(login: Annotated[str, typer.Argument(help="登录名")]) -> None:
    """重置一个人员的两步验证（手机和恢复码都丢失时）。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> None:
        async with store.begin() as tx:
            person = await find_person(tx, login)
            if person is None:
                raise NotThere("person", login)
            await reset_factor(tx, person, by="", at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已重置 {login} 的两步验证，其登录都已结束")


def add_token(
    login: Annotated[str, typer.Argument(help="登录名")],
    name: Annotated[str, typer.Option("--name", help="令牌用途")] = "tongfa",
    days: Annotated[int, typer.Option("--days", min=1, max=_DAYS_MOST, help="有效天数")] = 365,
    only: Annotated[str | None, typer.Option("--only", help="只限这个角色的权限")] = None,
) -> None:
    """发放访问令牌；只显示这一次。"""  # noqa: D400, D415
    only_role = None if only is None else _read_role(only)

    async def act(store: Store, _settings: Settings) -> IssuedToken:
        async with store.begin() as tx:
            person = await find_person(tx, login)
            if person is None:
                raise NotThere("person", login)
            return await issue_token(
                tx,
                person.id,
                id=new_id(),
                name=name,
                use="api",
                at=datetime.now(UTC),
                lasts=timedelta(days=days),
                only_role=only_role,
            )

    typer.echo(on_database(act).secret)


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
    _require(channel, CHANNELS, "渠道")
    _require(counted, COUNTED_AS, "计入渠道")
    settings = dict(_read_pair(text) for text in setting or ())
    if settings.get("window"):
        try:
            read_window(settings["window"])
        except ValueError as error:
            end(str(error), MISUSED)
    secret = None if secret_file is None else _read_secret(secret_file)

    async def act(store: Store, installed: Settings) -> None:
        sealed = None if secret is None else await asyncio.to_thread(_seal, installed.secret_key_file, secret)
        async with store.begin() as tx:
            organ = (await _get_org(tx, org)).as_org()
            row = AccountRow(new_id(), organ, channel, slug, name, counted, settings, sealed, "active")
            await write_account(tx, row, at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已添加账号 {slug} {name}")


async def _get_org(tx: Tx, code: str) -> OrgRow:
    found = await find_org_by_code(tx, code)
    if found is None:
        raise NotThere("org", code)
    return found


def _seal(key_file: Path, secret: dict[str, str]) -> str:
    try:
        return Vault.from_file(key_file).seal(secret)
    except (ValueError, OSError) as error:
        end(f"密钥文件不能用：{error}", MISUSED)


def _read_grant(text: str) -> tuple[Role, str]:
    role, at, org_code = text.partition("@")
    if not at or not org_code:
        end(f"--grant 应写成 角色@机构代码，而不是“{text}”。", MISUSED)
    return _read_role(role), org_code


def _read_role(text: str) -> Role:
    _require(text, ROLES, "角色")
    return cast("Role", text)


def _require(text: str, words: tuple[str, ...], what: str) -> None:
    if text not in words:
        end(f"没有“{text}”这种{what}，可用的是：{'、'.join(words)}。", MISUSED)


def _read_pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        end(f"--setting 应写成 键=值，而不是“{text}”。", MISUSED)
    return key, value


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("口令", hide_input=True, confirmation_prompt=True))


def _read_secret(file: Path) -> dict[str, str]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        read = json.loads(text)
    except (OSError, ValueError) as error:
        end(f"凭据文件读不了：{type(error).__name__}", MISUSED)  # its text may be in the error
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        end("凭据文件应是一个 JSON 对象，值都是文字。", MISUSED)
    return read
