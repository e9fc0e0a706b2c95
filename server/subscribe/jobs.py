"""What the clock does for readers, by the name of the job."""

from collections.abc import Awaitable, Callable
from functools import partial

from server.subscribe.hub import Hub
from server.subscribe.hub_delivery import tell_changes
from server.subscribe.hub_verification import verify_intents


def reader_acts(hub: Hub | None) -> dict[str, Callable[[], Awaitable[int]]]:
    """Give the acts; none for what the operator does not want."""
    if hub is None:
        return {}
    return {"hub_verify": partial(verify_intents, hub), "hub_tell": partial(tell_changes, hub)}
