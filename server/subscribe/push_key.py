"""The key by which push services know this site: made once, for browsers stay bound to it."""

import contextlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.subscribe.push_message import encode_point, pack


def make_push_key(path: Path) -> str:
    """Write a new key that only its owner may read, and give its public half; raises FileExistsError."""
    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    return pack(encode_point(key.public_key()))


def read_push_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read a key; raises ValueError, in Chinese."""
    try:
        is_open, text = path.stat().st_mode & 0o077, path.read_bytes()
    except OSError as error:
        why = f"推送密钥 {path} 读不了：{error.strerror}；还没有密钥时请运行 tongfa push-key"
        raise ValueError(why) from None
    if is_open:
        raise ValueError(f"推送密钥 {path} 对其他用户开放，请改为只有本人可读（chmod 600）")
    try:
        key = serialization.load_pem_private_key(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise ValueError(f"推送密钥 {path} 不是有效的 P-256 密钥，请用 tongfa push-key 生成")
