"""What was sent on an account and where a person sees that account: what he needs to look for himself."""

from dataclasses import dataclass
from datetime import datetime

from channels.contract import AtHome
from channels.item import Site
from server.core.contents import content_of_release
from server.core.release import OpenChannel
from server.store.accounts import get_account
from server.store.deliveries import DeliverySeen
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Sent:
    """A post as it went, or will go, out; `home` is the account on its platform, "" where there is none."""

    title: str
    text: str
    mark: str
    home: str


async def what_was_sent(
    tx: Tx, leg: DeliverySeen, open_channel: OpenChannel, site: Site, *, at: datetime
) -> Sent | None:
    """Render a delivery's post again; None when the account's settings are not complete."""
    try:
        channel = open_channel(await get_account(tx, leg.account_id))
    except ValueError:
        return None
    post = channel.render(await content_of_release(tx, leg.release_id, site, at=at))
    return Sent(post.title, post.text, post.mark, channel.home if isinstance(channel, AtHome) else "")
