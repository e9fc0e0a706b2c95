"""Push messages beside the example of RFC 8291 and the rules of RFC 8292."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from server.subscribe.push_key import make_push_key, read_push_key
from server.subscribe.push_message import (
    LONGEST,
    BadBrowserKey,
    BrowserKeys,
    authorise,
    encode_point,
    encrypt,
    pack,
    unpack,
)

# RFC 8291, section 5 and appendix A.
BROWSER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
RESULT = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6"
    "PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def test_the_example_of_the_standard_comes_out_byte_for_byte():
    sender = ec.derive_private_key(int.from_bytes(unpack(SENDER), "big"), ec.SECP256R1())
    made = encrypt(
        b"When I grow up, I want to be a watermelon", BrowserKeys.read(BROWSER, SECRET), sender, unpack(SALT)
    )
    assert pack(made) == RESULT


def test_a_message_that_no_service_takes_is_not_made():
    sender = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"a" * (LONGEST + 1), BrowserKeys.read(BROWSER, SECRET), sender, unpack(SALT))


@pytest.mark.parametrize(
    ("public", "secret"),
    [
        ("", SECRET),
        (BROWSER[:-2], SECRET),
        ("A" * 87, SECRET),
        (BROWSER, "short"),
        (BROWSER, "字"),
        ("%", SECRET),
    ],
)
def test_keys_that_are_none_are_refused(public, secret):
    with pytest.raises(BadBrowserKey):
        BrowserKeys.read(public, secret)


def test_the_signature_names_service_contact_and_end_and_holds():
    key = ec.generate_private_key(ec.SECP256R1())
    word, token, public = authorise("https://push.example", "mailto:a@b.example", key, at=AT).split(" ")
    assert (word, public) == ("vapid", f"k={pack(encode_point(key.public_key()))}")
    signed, _, signature = token.removeprefix("t=").rstrip(",").rpartition(".")
    head, claims = (json.loads(unpack(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims == {
        "aud": "https://push.example",
        "sub": "mailto:a@b.example",
        "exp": int((AT + timedelta(hours=12)).timestamp()),
    }
    raw = unpack(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.public_key().verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))  # raises when it does not


def test_a_key_is_made_once_and_read_again(tmp_path: Path):
    public = make_push_key(tmp_path / "push.key")
    assert pack(encode_point(read_push_key(tmp_path / "push.key").public_key())) == public
    with pytest.raises(FileExistsError):
        make_push_key(tmp_path / "push.key")


def test_a_key_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path):
    path = tmp_path / "push.key"
    with pytest.raises(ValueError, match="tongfa push-key"):
        read_push_key(path)
    make_push_key(path)
    path.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        read_push_key(path)
    path.chmod(0o600)
    path.write_text("nothing")
    with pytest.raises(ValueError, match="P-256"):
        read_push_key(path)
