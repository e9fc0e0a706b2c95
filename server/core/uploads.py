"""What went up to an account before, kept in the store (channels.contract.Uploads)."""

from collections.abc import Callable
from datetime import datetime

from server.store.tx import Store
from server.store.uploads import find_upload, forget_upload, keep_upload


class StoreUploads:
    """The uploads of all accounts; each call is a transaction of its own, between the calls outside."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """Take the one truth and the clock."""
        self._store, self._now = store, now

    async def find(self, account_id: str, key: str, /) -> str | None:
        """Give what the platform said about it, None when it never went up."""
        async with self._store.read() as tx:
            return await find_upload(tx, account_id, key)

    async def keep(self, account_id: str, key: str, value: str, /) -> None:
        """Remember what the platform said."""
        async with self._store.begin() as tx:
            await keep_upload(tx, account_id, key, value, at=self._now())

    async def forget(self, account_id: str, key: str, /) -> None:
        """Forget it: the platform does not know it any more."""
        async with self._store.begin() as tx:
            await forget_upload(tx, account_id, key)
