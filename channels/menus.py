"""A menu that an account shows its readers below every talk, made from the columns of the site."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from channels.contract import NeedsAuthorisation, NotAccepted, OutcomeUnknown, Refused
from channels.item import Column


@dataclass(frozen=True, slots=True)
class MenuStands:
    """The platform has the menu; readers see it when it pleases the platform."""


@runtime_checkable
class HasMenu(Protocol):
    """A channel whose platform shows a menu."""

    async def put_menu(
        self, columns: Iterable[Column], site_url: str, /
    ) -> MenuStands | Refused | NotAccepted | NeedsAuthorisation | OutcomeUnknown:
        """Put the menu in the place of the one before; saying it twice changes nothing."""
