"""What a delivery says of itself: what happened, who acts, what he does."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from server.console.names import DELIVERY_STATES
from server.console.rows import who_acts
from server.core.standing import say_standing
from server.store.deliveries import DeliverySeen

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)


def delivery(state: str, **more: Any) -> DeliverySeen:
    told: dict[str, Any] = dict.fromkeys(one.name for one in fields(DeliverySeen))
    told |= {"id": "d", "account_name": "示范旗发布", "channel": "weibo", "state": state, "changed_at": AT}
    return DeliverySeen(**(told | more))


@pytest.mark.parametrize("reason", [None, "平台的话"])
@pytest.mark.parametrize(
    "state", [state for state, (_name, tone) in DELIVERY_STATES.items() if tone == "bad"]
)
def test_what_stands_in_red_says_who_acts_and_what_he_does(state: str, reason: str | None):
    leg = delivery(state, reason=reason, who_acts="operator")
    assert who_acts(leg, "active")
    assert any(word in say_standing(leg, "active") for word in ("请", "重新发送"))


@pytest.mark.parametrize(
    ("account_state", "told"), [("paused", "已暂停"), ("unauthorised", "账号管理人重新授权")]
)
@pytest.mark.parametrize("state", ["ready", "retry_wait"])
def test_what_queues_behind_an_account_that_cannot_post_says_so(state: str, account_state: str, told: str):
    assert told in say_standing(delivery(state), account_state)


def test_a_refusal_of_the_content_asks_for_a_new_version_and_others_for_another_try():
    told = {
        who: say_standing(delivery("refused", who_acts=who), "active")
        for who in ("editor", "operator", "owner")
    }
    assert "修改稿件" in told["editor"]
    assert told["operator"] == told["owner"] == "被拒绝。处理后可以重新发送"


@pytest.mark.parametrize(
    ("due", "told"),
    [(AT, "系统11月25日（周三）10:00到“示范旗发布”上查找"), (None, "系统稍后到“示范旗发布”上查找")],
)
def test_a_search_says_when_it_goes_on(due: datetime | None, told: str):
    assert told in say_standing(delivery("unknown", due_at=due), "active")
