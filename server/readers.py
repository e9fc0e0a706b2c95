"""Wiring of what tells readers: the hub for those who subscribe to feeds, Web Push for browsers."""

import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from aiohttp import web

from channels.docroot import FolderRoot
from server.core.live_site import LiveSite
from server.network import open_guarded_session
from server.public.hub import add_hub
from server.public.push import add_push
from server.security.vault import Vault
from server.settings import Settings
from server.store.tx import Store
from server.subscribe.hub import Hub
from server.subscribe.hub_delivery import tell_changes
from server.subscribe.hub_verification import verify_intents
from server.subscribe.push import SERVICES, Push
from server.subscribe.push_delivery import push_news
from server.subscribe.topics import Topics

_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Readers:
    """What the operator wants of both; what he does not want has no route and does nothing."""

    hub: Hub | None
    push: Push | None

    def acts(self) -> dict[str, Callable[[], Awaitable[int]]]:
        """Give what the clock does, by the name of the job."""
        found: dict[str, Callable[[], Awaitable[int]]] = {}
        if self.hub is not None:
            found["hub_verify"] = partial(verify_intents, self.hub)
            found["hub_tell"] = partial(tell_changes, self.hub)
        if self.push is not None:
            found["push"] = partial(push_news, self.push)
        return found

    def add_to(self, app: web.Application, allow: Callable[[str, int, int], Awaitable[bool]]) -> None:
        """Serve what there is; `allow` counts tries."""
        if self.hub is not None:
            add_hub(app, self.hub, allow)
        if self.push is not None:
            add_push(app, self.push, allow)


async def open_readers(
    stack: AsyncExitStack, settings: Settings, store: Store, vault: Vault, sites: LiveSite
) -> Readers:
    """Open what the operator wants."""
    told, chance = settings.subscribe, random.SystemRandom().random
    if not told.hub and settings.push_key is None:
        return Readers(None, None)
    session = await stack.enter_async_context(open_guarded_session(told.internal, _SECONDS))
    hub = push = None
    if told.hub:
        hub = Hub(
            store=store,
            topics=Topics(FolderRoot(settings.var / "site"), sites.current),
            session=session,
            inner=told.internal,
            seal=lambda secret: vault.seal({"secret": secret}),
            unseal=lambda sealed: vault.open(sealed)["secret"],
            now=_now,
            chance=chance,
        )
    if settings.push_key is not None:
        contact = told.push_contact or sites.current.url
        services = (*SERVICES, *told.push_services)
        push = Push(store, sites, session, settings.push_key, contact, _now, chance, services)
    return Readers(hub, push)


def _now() -> datetime:
    return datetime.now(UTC)
