"""Signatures and encryption between WeChat and an account's own server (contract wechat §8.1, §8.2)."""

from base64 import b64decode, b64encode
from hashlib import sha1
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 32


def sign(*parts: str) -> str:
    """Give the SHA-1 that the platform uses; the protocol knows no other."""
    return sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def key_of(aes_key: str) -> bytes:
    """Give the 32 bytes of an EncodingAESKey; raises ValueError for what is none."""
    key = b64decode(aes_key + "=")
    if len(aes_key) != 43 or len(key) != 32:
        raise ValueError("EncodingAESKey 应是 43 个字符")
    return key


def encrypt(aes_key: str, text: str, appid: str) -> str:
    """Encrypt a message."""
    body = text.encode()
    plain = token_bytes(16) + len(body).to_bytes(4, "big") + body + appid.encode()
    pad = _BLOCK - len(plain) % _BLOCK
    key = key_of(aes_key)
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(aes_key: str, secret: str, appid: str) -> str:
    """Decrypt a message; raises ValueError when it is none, or one of another account."""
    key = key_of(aes_key)
    decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
    plain = decryptor.update(b64decode(secret)) + decryptor.finalize()
    plain = plain[: -plain[-1]]
    size = int.from_bytes(plain[16:20], "big")
    if plain[20 + size :] != appid.encode():
        raise ValueError("a message of another account")
    return plain[20 : 20 + size].decode()
