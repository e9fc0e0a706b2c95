"""公报, notice board, broadcast: a person acts and files the proof; no machine can."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

from channels.characters import one_line
from channels.contract import (
    CouldNotLook,
    Finding,
    Journal,
    Limits,
    Outcome,
    Post,
    Receipt,
    Refused,
    Sighting,
    Tools,
)
from channels.item import Account, Content

BY_HAND = "这种方式由人公开：公开后请登记凭据（地点、时间、经办人、照片）"


class Other:
    """A way of publishing that has no platform; its deliveries wait for evidence and are never sent."""

    kind: ClassVar[str] = "other"
    limits: ClassVar[Limits] = Limits(
        title=None,
        text=None,
        pictures=None,
        picture_bytes=None,
        calls_a_day=None,
        settle_after=0.0,
        settle_after_loss=0.0,
        confirm_after=(),
    )

    @classmethod
    def open(cls, _account: Account, _tools: Tools, /) -> Self:
        """Make the channel; it needs nothing."""
        return cls()

    def check(self, _content: Content, /) -> tuple[Finding, ...]:
        """Find nothing: paper bears everything."""
        return ()

    def render(self, content: Content, /) -> Post:
        """Give what stands on the board: title, summary and the address of the page."""
        title = one_line(content.title)
        text = one_line(content.summary)
        return Post(content.url, title, text, "", (), content.attachments, content)

    async def publish(self, _post: Post, _journal: Journal, /, *, at: datetime) -> Outcome:  # noqa: ARG002
        """Refuse: only evidence makes such a delivery live."""
        return Refused(BY_HAND, "operator", "by_hand")

    async def confirm(self, receipt: Receipt, _post: Post, /, *, at: datetime) -> Outcome:  # noqa: ARG002
        """Say not yet: nothing here becomes live by itself."""
        return receipt

    async def find(self, _post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:  # noqa: ARG002
        """Say that no machine can look at a notice board."""
        return CouldNotLook(BY_HAND)
