"""What the fence relies on: bytes were given to the system when the call that writes them returns."""

import asyncio
import datetime as dt
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECONDS = 20


class Sender(asyncio.Protocol):
    def __init__(self) -> None:
        self.ended = asyncio.Event()

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set()


@contextmanager
def a_server(certificate: Path | None) -> Iterator[tuple[int, threading.Event]]:
    """Serve one connection in a thread; gives its port, and what is set once a byte has come."""
    came, listening = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = listening.accept()
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            if connection.recv(1):
                came.set()

    thread = threading.Thread(target=serve)
    thread.start()
    with listening:
        yield listening.getsockname()[1], came
        thread.join(SECONDS)


def a_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    since = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since + dt.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    words = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "certificate.pem"
    path.write_bytes(words + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "TLS"])
def test_bytes_have_left_when_the_call_that_writes_them_returns(
    tmp_path: Path, run: Callable[..., bool], encrypted: bool
):
    certificate = a_certificate(tmp_path) if encrypted else None
    context = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    if context is not None:
        context.check_hostname = False

    async def write(port: int, came: threading.Event) -> bool:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_connection(Sender, "127.0.0.1", port, ssl=context)
        transport.write(b"x")
        ends = time.monotonic() + SECONDS
        while not came.is_set() and time.monotonic() < ends:
            os.sched_yield()  # the loop stands still, and with it whatever it would do later
        has_left = came.is_set()
        transport.abort()
        await protocol.ended.wait()
        return has_left

    with a_server(certificate) as (port, came):
        assert run(write(port, came))
