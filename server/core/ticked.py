"""What a release leaves out of the template of its organ and kind: each account needs a reason."""

from collections.abc import Mapping

from server.core.problems import Problem, Problems
from server.store.items import ItemSeen
from server.store.templates import template_of
from server.store.tx import Tx


async def require_reasons(
    tx: Tx, seen: ItemSeen, accounts: tuple[str, ...], reasons: Mapping[str, str]
) -> Mapping[str, str]:
    """Give the reasons of what is really left out; refuses an account that is left out without one."""
    if seen.practice:  # templates name real accounts
        return {}
    missing = [slug for slug in await template_of(tx, seen.org.id, seen.kind) if slug not in accounts]
    silent = [slug for slug in missing if not reasons.get(slug, "").strip()]
    if silent:
        raise Problems(
            tuple(
                Problem(
                    "left_out", f"渠道模板里有账号“{slug}”，不发到这里要写明原因", field=f"left_out.{slug}"
                )
                for slug in silent
            )
        )
    return {slug: reasons[slug].strip() for slug in missing}
