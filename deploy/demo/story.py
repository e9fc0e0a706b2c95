"""What happens in the demo: five items are written, approved, released, proved; a second run finds them."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import application_form
import pictures
from setting_up import ORG

from server.cli.remote import Remote

ITEMS: Final = ("answers", "background", "policy", "news", "notice")
"""In the order of their release: the interpretations first, so that they are seen to wait for the policy."""

_FOLDER: Final = Path(__file__).parent / "items"
_DAY: Final = timedelta(days=1)
EVIDENCE: Final = {
    "gazette": ("《示范旗人民政府公报》本期第 3 页", "公报编辑室"),
    "board": ("政务服务中心一楼公告栏", "窗口管理科"),
}
_STUCK: Final = frozenset(
    {"refused", "blocked", "needs_person", "gone_at_platform", "withdrawn", "cancelled"}
)


class StoryBroke(Exception):
    """Something did not come true."""


@dataclass(frozen=True, slots=True)
class Told:
    """One item as it stands: the item itself, its deliveries and what it follows."""

    key: str
    item: dict[str, Any]
    deliveries: list[dict[str, Any]]
    follows: list[dict[str, Any]]

    def is_held(self, now: datetime) -> bool:
        """Say whether it rightly waits for its day."""
        return any(
            follow["due_at"] is not None and datetime.fromisoformat(follow["due_at"]) > now
            for follow in self.follows
        )

    def is_settled(self, now: datetime) -> bool:
        """Say whether everything of it is where it should be."""
        wanted = "waiting" if self.is_held(now) else "live"
        return bool(self.deliveries) and all(leg["state"] == wanted for leg in self.deliveries)


async def publish_all(author: Remote, chief: Remote) -> dict[str, str]:
    """Bring every item on its way, from wherever an earlier run left it; gives key → id."""
    ids = {key: await _write(author, key) for key in ITEMS}
    for key, item_id in ids.items():
        await _bind(author, key, item_id, ids)
        await _approve(author, chief, item_id)
    for key, item_id in ids.items():
        await _release(chief, key, item_id)
        await _prove(author, item_id)
    return ids


async def wait_until_settled(
    author: Remote, ids: dict[str, str], *, seconds: float, tell: Callable[[int, int], None]
) -> tuple[Told, ...]:
    """Look until every delivery is live or rightly waits; raises StoryBroke when one cannot."""
    ends = asyncio.get_running_loop().time() + seconds
    while True:
        told = tuple([await _look(author, key, item_id) for key, item_id in ids.items()])
        legs = [leg for one in told for leg in one.deliveries]
        tell(sum(leg["state"] in ("live", "waiting") for leg in legs), len(legs))
        stuck = [leg for leg in legs if leg["state"] in _STUCK]
        if stuck:
            raise StoryBroke(_lines(stuck))
        if all(one.is_settled(datetime.now(UTC)) for one in told):
            return told
        if asyncio.get_running_loop().time() > ends:
            raise StoryBroke(f"{seconds:.0f} 秒内没有全部上线：\n{_lines(legs)}")
        await asyncio.sleep(0.4)


async def _write(author: Remote, key: str) -> str:
    script = _script(key)
    number = script["index_number"]
    found = (await author.get("/api/v1/items", {"index_number": number}))["items"]
    if found:
        return str(found[0]["id"])
    body = (_FOLDER / f"{key}.html").read_text(encoding="utf-8")
    for name in script.get("pictures", ()):
        picture = await author.upload("/api/v1/media", f"{name}.jpg", "image/jpeg", pictures.draw(name))
        body = body.replace(f"{{picture:{name}}}", picture["reference"])
    fields = {
        name: value for name, value in script.items() if name not in ("accounts", "follows", "pictures")
    }
    if key == "policy":
        form = await author.upload(
            "/api/v1/media", application_form.NAME, application_form.MIME, application_form.write()
        )
        fields["attachments"] = [{"sha256": form["sha256"], "name": application_form.NAME}]
    made = await author.post("/api/v1/items", {"org": ORG, **fields, "body": body})
    return str(made["id"])


async def _bind(author: Remote, key: str, item_id: str, ids: dict[str, str]) -> None:
    rule = _script(key).get("follows")
    if rule is None or (await author.get(f"/api/v1/items/{item_id}/follow"))["follows"]:
        return
    order = {name: value for name, value in rule.items() if name != "source"}
    await author.post(f"/api/v1/items/{item_id}/follow", {"source_id": ids[rule["source"]], **order})


async def _approve(author: Remote, chief: Remote, item_id: str) -> None:
    state = (await author.get(f"/api/v1/items/{item_id}"))["state"]
    if state == "draft":
        await author.post(f"/api/v1/items/{item_id}/submit")
        state = "submitted"
    if state == "submitted":
        await chief.post(f"/api/v1/items/{item_id}/approve")


async def _release(chief: Remote, key: str, item_id: str) -> None:
    if (await chief.get(f"/api/v1/items/{item_id}"))["state"] == "approved":
        await chief.post(f"/api/v1/items/{item_id}/release", {"accounts": _script(key)["accounts"]})


async def _prove(author: Remote, item_id: str) -> None:
    """File the evidence of what people put up: nobody else can say that a notice board shows it."""
    for leg in (await author.get(f"/api/v1/items/{item_id}/deliveries"))["deliveries"]:
        if leg["channel"] == "other" and leg["state"] == "waiting":
            place, shown_by = EVIDENCE[leg["account"]]
            proof = {"place": place, "shown_at": datetime.now(UTC).isoformat(), "shown_by": shown_by}
            await author.post(f"/api/v1/deliveries/{leg['id']}/evidence", proof)


async def _look(author: Remote, key: str, item_id: str) -> Told:
    path = f"/api/v1/items/{item_id}"
    return Told(
        key,
        await author.get(path),
        (await author.get(f"{path}/deliveries"))["deliveries"],
        (await author.get(f"{path}/follow"))["follows"],
    )


def _lines(legs: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{leg['account']}: {leg['state']} {leg['gate'] or ''} {leg['reason'] or ''}" for leg in legs
    )


def _script(key: str) -> dict[str, Any]:
    """Read an item's fields; the document is a week old when the demo is run."""
    formed_on = (datetime.now(UTC) - 7 * _DAY).date()
    text = (_FOLDER / f"{key}.json").read_text(encoding="utf-8")
    text = text.replace("{year}", str(formed_on.year)).replace("{formed_on}", formed_on.isoformat())
    return dict(json.loads(text))
