"""An item is written again as a new draft: the way from a practice item to a real one."""

from collections.abc import Callable
from datetime import datetime

from server.core.draft import Draft, create_item
from server.core.practice import WORLDS
from server.core.problems import Problem
from server.store.items import ItemSeen, get_item
from server.store.practice import is_practising
from server.store.tx import Tx


async def copy_as_real(tx: Tx, item_id: str, *, by: str, at: datetime, new_id: Callable[[], str]) -> ItemSeen:
    """Write a real draft that says what a practice item says; it has its own number and is reviewed anew.

    Refuses a real item, and while the organ practises: the copy would be practice as well.
    """
    seen = await get_item(tx, item_id)
    if not seen.practice:
        raise Problem("wrong_state", f"这是{WORLDS[False]}稿件，不需要复制")
    if await is_practising(tx, seen.org.id):
        raise Problem("practice", f"{seen.org.name}还在演练，复制出来的也是演练稿件：请先结束演练")
    version, sheet = seen.revision, seen.revision.sheet
    draft = Draft(
        kind=seen.kind,
        org=seen.org,
        title=version.title,
        summary=version.summary,
        body_html=version.body,
        column=sheet.column,
        source=sheet.source,
        document_number=sheet.document_number,
        formed_on=sheet.formed_on,
        topic=sheet.topic,
        genre=sheet.genre,
        keywords=sheet.keywords,
        openness=sheet.openness,
        validity=sheet.validity,
        overview=sheet.overview,
        pictures=sheet.pictures,
        attachments=sheet.attachments,
        statutory=sheet.statutory,
        language=sheet.language,
        joint_orgs=sheet.joint_orgs,
        # The others name practice accounts.
        overrides=tuple(one for one in sheet.overrides if one.account is None),
    )
    return await create_item(tx, draft, by=by, at=at, new_id=new_id)
