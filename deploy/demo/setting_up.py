"""Sets up the demo's office: one organ, its people and its accounts. What is there already stays."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from children import ChildFailed, command

from server.cli.remote import Remote

ORG: Final = "DEMO01506"
ORG_NAME: Final = "示范旗人民政府办公室"

# login → name and roles; nobody approves his own, so it takes two.
_PEOPLE: Final = {
    "xinxiyuan": ("信息员", ("author",)),
    "zhuren": ("办公室主任", ("reviewer", "chief")),
    # The pages of people, accounts, columns and practice are an administrator's.
    "guanliyuan": ("系统管理员", ("admin", "reporter")),
}


@dataclass(frozen=True, slots=True)
class Office:
    """Tokens of the people who act in the demo."""

    author: str
    chief: str
    people: dict[str, tuple[str, str]]
    """Name and password, by login."""


async def bootstrap(folder: Path, port: int) -> str:
    """Make the database, the first organ and an administrator on the command line; gives his token."""
    await command(folder, port, "migrate")
    kept = folder / "admin.token"
    if kept.exists():
        return kept.read_text(encoding="utf-8").strip()
    for arguments in (
        ("org", "add", ORG, ORG_NAME),
        ("user", "add", "admin", "管理员", "--no-password", "--grant", f"admin@{ORG}"),
    ):
        try:
            await command(folder, port, *arguments)
        except ChildFailed as failed:
            if "已经存在" not in str(failed):  # from a run that was cut off
                raise
    token = await command(folder, port, "token", "add", "admin", "--name", "demo")
    _keep(kept, token)
    return token


async def open_office(admin: Remote, base_url: str, folder: Path) -> Office:
    """Make sure that the people exist and sign them in."""
    passwords = _passwords(folder)
    there = {person["login"] for person in (await admin.get("/api/v1/people"))["people"]}
    for login, (name, roles) in _PEOPLE.items():
        if login not in there:
            grants = [{"org": ORG, "role": role} for role in roles]
            await admin.post(
                "/api/v1/people",
                {"login": login, "name": name, "password": passwords[login], "grants": grants},
            )
    tokens = {login: await _sign_in(base_url, login, passwords[login]) for login in _PEOPLE}
    people = {login: (name, passwords[login]) for login, (name, _roles) in _PEOPLE.items()}
    return Office(tokens["xinxiyuan"], tokens["zhuren"], people)


async def open_accounts(admin: Remote, platforms: dict[str, dict[str, str]]) -> None:
    """Make sure that the accounts exist."""
    there = {account["slug"] for account in (await admin.get("/api/v1/accounts"))["accounts"]}
    for account in _accounts(platforms):
        if account["slug"] not in there:
            await admin.post("/api/v1/accounts", {"org": ORG, **account})


def _accounts(platforms: dict[str, dict[str, str]]) -> tuple[dict[str, Any], ...]:
    weibo, wechat = platforms["weibo"], platforms["wechat"]
    return (
        {"channel": "website", "slug": "site", "name": "示范旗人民政府门户网站"},
        {"channel": "feed", "slug": "feed", "name": "示范旗政务订阅源"},
        {
            "channel": "weibo",
            "slug": "weibo",
            "name": "@示范旗发布",
            "settings": {
                "base_url": weibo["base_url"],
                "web_url": weibo["base_url"],
                "uid": weibo["uid"],
                "safe_domains": weibo["safe_domain"],
                "client_id": weibo["client_id"],
            },
            # The application's secret as well, so that granting the permission anew can be rehearsed.
            "secret": {"access_token": weibo["access_token"], "client_secret": weibo["client_secret"]},
        },
        {
            "channel": "wechat",
            "slug": "wechat",
            "name": "示范旗发布（公众号）",
            "settings": {"base_url": wechat["base_url"], "appid": wechat["appid"]},
            "secret": {"appsecret": wechat["secret"]},
        },
        {"channel": "other", "slug": "gazette", "name": "示范旗人民政府公报", "counted_as": "gazette"},
        {"channel": "other", "slug": "board", "name": "政务服务中心公告栏", "counted_as": "other"},
    )


async def _sign_in(base_url: str, login: str, password: str) -> str:
    async with Remote(base_url, None) as nobody:
        session = await nobody.post("/api/v1/sessions", {"login": login, "password": password})
    return str(session["token"])


def _passwords(folder: Path) -> dict[str, str]:
    kept = folder / "people.json"
    known = dict(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else {}
    new = {login: secrets.token_urlsafe(9) for login in _PEOPLE if login not in known}
    if new:  # a folder of an older demo knows fewer people
        _keep(kept, json.dumps(known | new))
    return known | new


def _keep(path: Path, text: str) -> None:
    """Write a secret of the demo where only its owner reads it."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
