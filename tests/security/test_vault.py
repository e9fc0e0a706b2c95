"""server/security/vault.py: a secret opens with its key and with nothing else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from server.security.vault import SealBroken, Vault

KEY = Fernet.generate_key()
SECRET = {"app_secret": "s3cr3t", "备注": "机密"}


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))))
def test_a_secret_opens_as_it_was_sealed(secret: dict[str, str]):
    vault = Vault(KEY)
    assert vault.open(vault.seal(secret)) == secret


def test_a_sealed_secret_shows_nothing():
    sealed = Vault(KEY).seal(SECRET)
    assert "s3cr3t" not in sealed
    assert "app_secret" not in sealed


def test_a_secret_does_not_open_with_another_key():
    with pytest.raises(SealBroken):
        Vault(Fernet.generate_key()).open(Vault(KEY).seal(SECRET))


def test_a_secret_that_was_touched_does_not_open():
    sealed = Vault(KEY).seal(SECRET)
    touched = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    with pytest.raises(SealBroken):
        Vault(KEY).open(touched)


def test_the_first_start_writes_a_key_that_only_its_owner_reads(tmp_path: Path):
    path = tmp_path / "var" / "secret.key"
    Vault.from_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_next_start_opens_what_the_first_one_sealed(tmp_path: Path):
    sealed = Vault.from_file(tmp_path / "key").seal(SECRET)
    assert Vault.from_file(tmp_path / "key").open(sealed) == SECRET


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(Vault.from_file, [tmp_path / "key"] * 8))
    sealed = vaults[0].seal(SECRET)
    assert all(vault.open(sealed) == SECRET for vault in vaults)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path):
    Vault.from_file(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        Vault.from_file(tmp_path / "key")


def test_a_file_without_a_key_is_refused_without_showing_what_is_in_it(tmp_path: Path):
    path = tmp_path / "key"
    path.write_text("not a key")
    path.chmod(0o600)
    with pytest.raises(ValueError, match="不是有效的密钥") as refused:
        Vault.from_file(path)
    assert "not a key" not in str(refused.value)


def test_a_vault_does_not_show_its_key():
    assert KEY.decode() not in repr(Vault(KEY))
