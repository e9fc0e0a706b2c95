"""server/security/known_browser.py: in which browsers a person has signed in before."""

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from server.security.known_browser import KNOWN_LASTS, known_as, remember
from server.security.vault import Vault

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def vault() -> Vault:
    return Vault(Fernet.generate_key())


def test_a_browser_is_known_to_those_who_signed_in_there_last(vault: Vault):
    shown = ""
    for login in ("a", "b", "c", "d", "e", "f", "b"):
        shown = remember(vault, shown, login, at=NOW)
    known = {login for login in "abcdefg" if known_as(vault, shown, login, at=NOW)}
    assert known == set("bcdef")


def test_each_log_in_is_known_under_a_name_of_its_own(vault: Vault):
    one, other = (known_as(vault, remember(vault, "", "a", at=NOW), "a", at=NOW) for _ in range(2))
    assert one != other


def test_a_browser_is_forgotten_in_time(vault: Vault):
    shown = remember(vault, "", "a", at=NOW)
    assert known_as(vault, shown, "a", at=NOW + KNOWN_LASTS) == ""


@pytest.mark.parametrize("shown", ["", "x", "长", "\ud800"])
def test_what_we_did_not_seal_makes_nobody_known(vault: Vault, shown: str):
    assert known_as(vault, shown, "a", at=NOW) == ""


def test_what_another_key_sealed_makes_nobody_known(vault: Vault):
    shown = remember(Vault(Fernet.generate_key()), "", "a", at=NOW)
    assert known_as(vault, shown, "a", at=NOW) == ""


def test_what_we_sealed_for_another_use_makes_nobody_known(vault: Vault):
    assert known_as(vault, vault.seal({"use": "second step", "logins": "{}"}), "a", at=NOW) == ""
