"""忽略并说明: a person answers for a finding, a second one where it blocks; bound to a content's hash."""

from collections.abc import Callable
from datetime import datetime

from server.core.acts import note, of_item
from server.core.practice import refuse_other_world
from server.core.problems import Problem
from server.review.examiner import Checked
from server.store.archive_checks import forget_archive_check
from server.store.items import get_item
from server.store.planned_checks import forget_planned_checks
from server.store.tx import Tx
from server.store.waivers import Waiver, find_waiver, insert_waiver, second_waiver


async def waive(
    tx: Tx, checked: Checked, key: str, reason: str, *, by: str, at: datetime, new_id: Callable[[], str]
) -> Waiver:
    """Write that a person answers for a finding of the version that was checked."""
    finding = next((one for one in checked.findings if one.key == key), None)
    if finding is None:
        raise Problem(
            "unknown_finding", "这一版本没有这条检查意见，可能已经改过，请重新检查", field="finding"
        )
    if finding.account is not None or finding.rule == "too_many_findings":
        raise Problem("wrong_state", f"这条意见不能忽略，只能改正：{finding.reason}", field="finding")
    seen = await get_item(tx, checked.item.id)
    if seen.revision.content_hash != checked.item.revision.content_hash:
        raise Problem("lost_race", "稿件在检查之后有改动，请重新检查")
    await refuse_other_world(tx, seen)
    one = Waiver(
        new_id(), seen.id, seen.revision.content_hash, key, finding.rule, finding.severity, finding.words,
        reason, by, at,
    )  # fmt: skip
    await insert_waiver(tx, one)
    await note(
        tx, "finding.waive", of_item(seen), at=at, rule=one.rule, words=one.words, reason=reason,
        content_hash=one.content_hash,
    )  # fmt: skip
    return await _get(tx, seen.id, one.id)


async def second(tx: Tx, item_id: str, waiver_id: str, *, by: str, at: datetime) -> Waiver:
    """Write the second person of a waiver; refuses the one who asked for it."""
    one = await _get(tx, item_id, waiver_id)
    if one.severity != "blocking":
        raise Problem("wrong_state", "这条意见不必由第二人确认")
    seen = await get_item(tx, item_id)
    await refuse_other_world(tx, seen)
    if one.content_hash != seen.revision.content_hash:
        raise Problem("wrong_state", "稿件已经改动，原来的说明不再有效，请重新检查")
    if one.waived_by == by:
        raise Problem("own_item", "不能确认自己写的说明，请由另一人确认")
    if not await second_waiver(tx, waiver_id, by=by, at=at):
        raise Problem("wrong_state", "这条说明已经有人确认过")
    await forget_archive_check(tx, item_id)
    await forget_planned_checks(tx, item_id)
    await note(tx, "finding.second", of_item(seen), at=at, rule=one.rule, content_hash=one.content_hash)
    return await _get(tx, item_id, waiver_id)


async def _get(tx: Tx, item_id: str, waiver_id: str) -> Waiver:
    one = await find_waiver(tx, item_id, waiver_id)
    if one is None:
        raise Problem("unknown_finding", "没有这条说明，请核对编号")
    return one
