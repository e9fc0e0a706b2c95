"""What makes the channel of a stored account, with everything that a channel is given."""

from dataclasses import dataclass
from datetime import UTC, datetime

from yarl import URL

from channels.contract import Channel, DocRoot, Tools
from channels.item import Account
from channels.registry import open_channel
from channels.transport import LeadsInside, Transport
from server.core.live_site import LiveSite
from server.core.shelf import StoreShelf
from server.core.uploads import StoreUploads
from server.ephemeral.tokens import SharedTokens
from server.network import Allowed
from server.security.vault import Vault
from server.store.accounts import AccountRow
from server.store.blobs import Blobs
from server.store.tx import Store


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens the channel of a stored account; the only place where a sealed secret is opened."""

    vault: Vault
    store: Store
    sites: LiveSite
    http: Transport
    allowed: Allowed
    root: DocRoot
    practice_root: DocRoot
    blobs: Blobs
    tokens: SharedTokens

    def __call__(self, row: AccountRow) -> Channel:
        """Make the channel of an account; raises ValueError naming what its settings lack."""
        self._require_outside(row)
        secret = self.vault.open(row.sealed) if row.sealed else {}
        root = self.practice_root if row.practice else self.root
        account = Account(row.id, row.channel, row.slug, row.name, row.org, row.settings, secret)
        site = self.sites.current
        shelf = StoreShelf(self.store, site, row.id)
        uploads = StoreUploads(self.store, _now)
        tools = Tools(self.http, root, site.world(row.practice), shelf, self.blobs, self.tokens, uploads)
        return open_channel(account, tools)

    def _require_outside(self, row: AccountRow) -> None:
        """Refuse an address that leads inside while somebody can read the sentence; names come later."""
        base_url = row.settings.get("base_url")
        if base_url:
            try:
                self.allowed.require(URL(base_url))
            except LeadsInside:
                told = "接口地址 base_url 指向内部网络；确需使用，请把这个网络写进设置 platform_networks"
                raise ValueError(told) from None


def _now() -> datetime:
    return datetime.now(UTC)
