"""Commands on the people of an office and their tokens, straight on the database (as in `office.py`)."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, cast

import typer

from server.cli.database import on_database, org_of
from server.cli.endings import MISUSED, end, form_or_end, require_word
from server.cli.listing import show
from server.core.ids import new_id
from server.forms.staff import NamedIn
from server.security.passwords import hash_password
from server.security.second_factor import reset_factor
from server.security.sign_in import IssuedToken, issue_token
from server.security.staff import admit, give_password
from server.settings import Settings
from server.store.people import PersonRow, Role, find_person, list_everybody, list_grants_of
from server.store.rows import NotThere
from server.store.tx import Store, Tx
from server.store.words import ROLES

_DAYS_MOST: Final = 3660


def add_user(
    login: Annotated[str, typer.Argument(help="登录名：小写字母和数字")],
    name: Annotated[str, typer.Argument(help="姓名")],
    grant: Annotated[list[str], typer.Option("--grant", help="角色@机构代码，可多次给出")],
    *,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读口令")] = False,
    no_password: Annotated[bool, typer.Option("--no-password", help="不设口令，只能用令牌")] = False,
) -> None:
    """添加人员；口令在终端输入，不出现在命令行里。"""  # noqa: D400, D415
    form = form_or_end(NamedIn, login=login, name=name)
    grants = [_read_grant(text) for text in grant]
    password = None if no_password else _read_password(from_stdin=password_stdin)

    async def act(store: Store, _settings: Settings) -> None:
        hashed = None if password is None else await hash_password(password, login=form.login)
        async with store.begin() as tx:
            row = PersonRow(new_id(), form.login, form.name, hashed, disabled_at=None)
            roles = [(await org_of(tx, org_code), role) for role, org_code in grants]
            await admit(tx, row, roles, at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已添加人员 {form.login} {form.name}")


def list_users() -> None:
    """列出人员和角色；停用的也在内。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> list[tuple[str, ...]]:
        async with store.read() as tx:
            everybody = await list_everybody(tx)
            grants = await list_grants_of(tx, [one.id for one in everybody])
        return [
            (
                one.login,
                one.name,
                "、".join(f"{held.role}@{held.org_code}" for held in grants[one.id]),
                "停用" if one.disabled_at else "",
            )
            for one in everybody
        ]

    show(("登录名", "姓名", "角色", ""), on_database(act))


def reset_password(
    login: Annotated[str, typer.Argument(help="登录名")],
    *,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读口令")] = False,
) -> None:
    """重设一个人员的口令（唯一的管理员忘记口令时）；其登录都会结束。"""  # noqa: D400, D415
    password = _read_password(from_stdin=password_stdin)

    async def act(store: Store, _settings: Settings) -> None:
        hashed = await hash_password(password, login=login)
        async with store.begin() as tx:
            await give_password(tx, await _person_of(tx, login), hashed, keep=None, at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已重设 {login} 的口令，其登录都已结束")


def reset_user_factor(login: Annotated[str, typer.Argument(help="登录名")]) -> None:
    """重置一个人员的两步验证（手机和恢复码都丢失时）。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> None:
        async with store.begin() as tx:
            person = await _person_of(tx, login)
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
            person = await _person_of(tx, login)
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


async def _person_of(tx: Tx, login: str) -> PersonRow:
    found = await find_person(tx, login)
    if found is None:
        raise NotThere("person", login)
    return found


def _read_grant(text: str) -> tuple[Role, str]:
    role, at, org_code = text.partition("@")
    if not at or not org_code:
        end(f"--grant 应写成 角色@机构代码，而不是“{text}”。", MISUSED)
    return _read_role(role), org_code


def _read_role(text: str) -> Role:
    require_word(text, ROLES, "角色")
    return cast("Role", text)


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        end("这里不是终端，不能输入口令：请加 --password-stdin，口令从标准输入读一行。", MISUSED)
    while True:
        password = str(typer.prompt("口令", hide_input=True))
        if typer.prompt("再输入一次", hide_input=True) == password:
            return password
        typer.echo("两次输入的不一样，请重新输入。")
