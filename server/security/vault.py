"""The vault: secrets of accounts are sealed before they reach a table, and opened only by the wiring."""

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken

from server.store.durable import sync_folder


class SealBroken(Exception):
    """A sealed secret does not open: it was sealed with another key, or somebody changed it."""


class Vault:
    """Seals small mappings with one key (Fernet: AES-128-CBC and HMAC-SHA256)."""

    def __init__(self, key: str | bytes) -> None:
        """Take a Fernet key; raises ValueError when it is none."""
        self._fernet = Fernet(key)

    def __repr__(self) -> str:
        """Leave the key out."""
        return "Vault()"

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Open the vault whose key stands in a file; the first start writes one. Blocks: not for the loop.

        Raises ValueError when the file is open to others or holds no key.
        """
        if not path.exists():
            _write_key(path)
        if path.stat().st_mode & 0o077:
            raise ValueError(f"密钥文件 {path} 对其他用户开放，请改为只有本人可读（chmod 600）")
        try:
            return cls(path.read_bytes().strip())
        except ValueError as error:
            raise ValueError(f"密钥文件 {path} 的内容不是有效的密钥") from error

    def seal(self, secret: Mapping[str, str]) -> str:
        """Give the sealed form of a secret; the same secret gives another form each time."""
        return self._fernet.encrypt(json.dumps(dict(secret), ensure_ascii=False).encode()).decode()

    def open(self, sealed: str) -> dict[str, str]:
        """Give the secret back; raises SealBroken."""
        try:
            plain = self._fernet.decrypt(sealed.encode())
        except InvalidToken as error:
            raise SealBroken("a sealed secret does not open with this key") from error
        return dict(json.loads(plain))


def _write_key(path: Path) -> None:
    """Put a new key in place whole, or leave the one that another process put there first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, a link never replaces a key that others use already
        sync_folder(path.parent)  # a secret sealed with a key that a power cut took would never open again
    finally:
        draft.unlink()
