"""Until when the certificate of our own public address stands, as readers' browsers see it."""

import asyncio
import ssl
from datetime import datetime
from typing import Final

from cryptography import x509
from yarl import URL

_SECONDS: Final = 10.0


async def certificate_until(url: URL) -> datetime | None:
    """Give when the certificate of an https address ends; None without TLS, or where it cannot be seen.

    It is read whether it is good or not, for one that has ended is the very thing to be told of; nothing is
    asked over the connection.
    """
    if url.scheme != "https" or url.host is None:
        return None
    unjudged = ssl.create_default_context()
    unjudged.check_hostname = False
    unjudged.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(_SECONDS):
            _reader, writer = await asyncio.open_connection(
                url.host, url.port, ssl=unjudged, server_hostname=url.host
            )
    # ssl.SSLError is an OSError; a host that can be no name is a UnicodeError.
    except (OSError, TimeoutError, UnicodeError):
        return None
    try:
        shown: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return None if shown is None else x509.load_der_x509_certificate(shown).not_valid_after_utc
