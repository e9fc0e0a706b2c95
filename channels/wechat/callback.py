"""Pushes of WeChat to our server: is it WeChat, and what does it say (contract wechat §8.1, §8.2).

Everything here comes from outside: nothing is read of a body before its signature holds.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from channels.wechat.envelope import BadPush, field_of, read_envelope

_BLOCK: Final = 32
_RANDOM: Final = 16
_MOST_DIGITS: Final = 12

FRESH: Final = timedelta(days=1)
"""So far a push's time may lie from ours. In the open a signature covers no body: whoever keeps a signed
address could call it with any. A clock that is off by a day breaks more than this."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an account shares with the platform; with an `aes_key` nothing in the open is taken."""

    appid: str
    token: str
    aes_key: str = ""
    former_aes_key: str = ""  # good for a while after a change (§8.2)

    def __repr__(self) -> str:
        """Leave the keys out of logs."""
        return f"Keys({self.appid!r})"


def signature(*parts: str) -> str:
    """Give the platform's signature of some parts; the protocol knows only SHA-1."""
    return sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(keys: Keys, query: Mapping[str, str]) -> bool:
    """Say whether the address was called by somebody who knows the token; compared in constant time."""
    wanted = signature(keys.token, query.get("timestamp", ""), query.get("nonce", ""))
    return bool(keys.token) and hmac.compare_digest(wanted.encode(), query.get("signature", "").encode())


def is_fresh(query: Mapping[str, str], *, at: datetime) -> bool:
    """Say whether a signed address was made within a day of `at`, before or after."""
    told = query.get("timestamp", "")
    if not (told.isascii() and told.isdigit() and len(told) <= _MOST_DIGITS):
        return False
    return abs(at.timestamp() - int(told)) <= FRESH.total_seconds()


def open_push(keys: Keys, query: Mapping[str, str], body: bytes) -> bytes:
    """Give the XML of a push, decrypted where the account has a key; raises BadPush."""
    if not keys.aes_key:
        return body
    secret = field_of(read_envelope(body), "Encrypt")
    wanted = signature(keys.token, query.get("timestamp", ""), query.get("nonce", ""), secret)
    if not hmac.compare_digest(wanted.encode(), query.get("msg_signature", "").encode()):
        raise BadPush("msg_signature")
    try:
        return decrypt(keys.aes_key, secret, keys.appid)
    except BadPush:
        if not keys.former_aes_key:
            raise
        return decrypt(keys.former_aes_key, secret, keys.appid)


def seal_reply(keys: Keys, xml: str, *, timestamp: str, nonce: str, random: bytes) -> str:
    """Give a reply as the account's mode wants it; `random` are 16 fresh bytes."""
    if not keys.aes_key:
        return xml
    secret = encrypt(keys.aes_key, xml.encode(), keys.appid, random)
    mark = signature(keys.token, timestamp, nonce, secret)
    return (
        f"<xml><Encrypt><![CDATA[{secret}]]></Encrypt><MsgSignature><![CDATA[{mark}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    )


def encrypt(aes_key: str, message: bytes, appid: str, random: bytes) -> str:
    """Encrypt a message: random, its length in bytes, itself, the AppID, padded to 32."""
    plain = random + len(message).to_bytes(4, "big") + message + appid.encode()
    pad = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def decrypt(aes_key: str, secret: str, appid: str) -> bytes:
    """Decrypt a message; raises BadPush when it is none, or one of another account."""
    try:
        body = b64decode(secret, validate=True)
        decryptor = _cipher(aes_key).decryptor()
        plain = decryptor.update(body) + decryptor.finalize()
    except (ValueError, NotBase64):
        raise BadPush("Encrypt") from None
    pad = plain[-1] if plain else 0
    if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise BadPush("padding")
    plain = plain[:-pad]
    size = int.from_bytes(plain[_RANDOM : _RANDOM + 4], "big")
    message, owner = plain[_RANDOM + 4 :][:size], plain[_RANDOM + 4 :][size:]
    if len(message) != size or owner != appid.encode():
        raise BadPush("AppID")
    return message


def is_aes_key(text: str) -> bool:
    """Say whether a text is an EncodingAESKey: 43 characters that give 32 bytes."""
    try:
        return len(text) == 43 and len(b64decode(text + "=")) == 32
    except (ValueError, NotBase64):
        return False


def _cipher(aes_key: str) -> Cipher[CBC]:
    if not is_aes_key(aes_key):
        raise BadPush("EncodingAESKey")
    key = b64decode(aes_key + "=")
    return Cipher(AES(key), CBC(key[:16]))
