"""A permission that a person grants a channel on the platform's own pages, and that ends by itself.

The way: `grant_address` → the person agrees there → the platform sends him back with a code → `take_grant`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from channels.contract import CouldNotLook, NeedsAuthorisation, NotAccepted, Refused


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission as it was given: what it changes in the account, and when it ends, if that is told."""

    secret: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, str]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission that stands, and when it ends, if that is told."""

    until: datetime | None


@runtime_checkable
class Permitted(Protocol):
    """A channel with such a permission."""

    @property
    def is_granted(self) -> bool:
        """Say whether the account was ever granted one; whether it still stands, only the platform knows."""

    def grant_address(self, state: str, back: str, /) -> str | None:
        """Give where the person goes; None when the account has no application to grant it to. Pure."""

    async def take_grant(
        self, code: str, back: str, /, *, at: datetime
    ) -> Grant | Refused | NotAccepted | NeedsAuthorisation:
        """Change a code for a permission, once; NeedsAuthorisation: the person begins anew."""

    async def permission(self, /, *, at: datetime) -> Permission | NeedsAuthorisation | CouldNotLook:
        """Ask whether the permission stands."""

    async def revoke(self) -> NeedsAuthorisation | CouldNotLook:
        """Give the permission back; NeedsAuthorisation: it is gone, now or already before."""
