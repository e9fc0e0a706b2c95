"""Signatures, encryption and hostile bodies of pushes; the vectors stand in channels/wechat/CONTRACT.md."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wechat.callback import (
    Keys,
    decrypt,
    encrypt,
    is_aes_key,
    is_signed,
    open_push,
    seal_reply,
    signature,
)
from channels.wechat.envelope import MOST_BYTES, BadPush, field_of, read_envelope

APPID = "wxba5fad812f8e6fb9"
OPEN = Keys(APPID, "AAAAA")
SAFE = Keys(APPID, "AAAAA", "A" * 43)
SECRET = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
QUERY = {
    "timestamp": "1714112445",
    "nonce": "415670741",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}


def envelope(secret: str = SECRET) -> bytes:
    return f"<xml><ToUserName>gh_97417a04a28d</ToUserName><Encrypt>{secret}</Encrypt></xml>".encode()


@pytest.mark.parametrize(
    ("token", "timestamp", "nonce", "wanted"),
    [
        ("AAAAA", "1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("test", "1410685589", "test", "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff"),
    ],
)
def test_an_address_is_proved_by_the_platforms_signature(token: str, timestamp: str, nonce: str, wanted: str):
    query = {"timestamp": timestamp, "nonce": nonce, "signature": wanted}
    assert is_signed(Keys(APPID, token), query)


@pytest.mark.parametrize("wrong", [{"signature": ""}, {"nonce": "1"}, {"signature": "é"}, {"timestamp": "2"}])
def test_another_signature_proves_nothing(wrong: dict[str, str]):
    good = {"timestamp": "1", "nonce": "2", "signature": signature("AAAAA", "1", "2")}
    assert not is_signed(OPEN, good | wrong)


def test_an_account_without_a_token_trusts_nobody():
    query = {"timestamp": "1", "nonce": "2", "signature": signature("", "1", "2")}
    assert not is_signed(Keys(APPID, ""), query)


def test_the_published_push_is_opened():
    told = json.loads(open_push(SAFE, QUERY, envelope()))
    assert (told["FromUserName"], told["debug_str"]) == ("o9AgO5Kd5ggOC-bXrbNODIiE3bGY", "hello world")


def test_the_published_reply_is_sealed():
    random = b"707722b803182950"
    sealed = seal_reply(
        SAFE, '{"demo_resp":"good luck"}', timestamp="1713424427", nonce="415670741", random=random
    )
    root = read_envelope(sealed.encode())
    assert (field_of(root, "Encrypt"), field_of(root, "MsgSignature")) == (
        REPLY,
        "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
    )


def test_a_reply_in_the_open_is_left_as_it_is():
    assert seal_reply(OPEN, "<xml/>", timestamp="1", nonce="2", random=bytes(16)) == "<xml/>"


def test_an_account_with_a_key_takes_nothing_in_the_open():
    with pytest.raises(BadPush):
        open_push(SAFE, QUERY, b"<xml><FromUserName>o1</FromUserName></xml>")


def test_another_signature_of_the_secret_is_refused():
    with pytest.raises(BadPush, match="msg_signature"):
        open_push(SAFE, QUERY | {"msg_signature": "0" * 40}, envelope())


def test_a_push_to_another_account_is_refused():
    with pytest.raises(BadPush, match="AppID"):
        open_push(replace(SAFE, appid="wx0000000000000000"), QUERY, envelope())


def test_the_former_key_is_good_for_a_while():
    turned = replace(SAFE, aes_key="B" * 42 + "A", former_aes_key="A" * 43)
    assert b"hello world" in open_push(turned, QUERY, envelope())


def test_keys_show_nothing_of_themselves():
    assert repr(SAFE) == f"Keys('{APPID}')"


@pytest.mark.parametrize(
    ("text", "is_one"), [("A" * 43, True), ("A" * 42, False), ("", False), ("é" * 43, False)]
)
def test_a_key_is_known_by_its_length(text: str, is_one: bool):
    assert is_aes_key(text) is is_one


@given(st.binary(max_size=300), st.binary(min_size=16, max_size=16))
def test_what_was_encrypted_is_decrypted(message: bytes, random: bytes):
    assert decrypt(SAFE.aes_key, encrypt(SAFE.aes_key, message, APPID, random), APPID) == message


@given(st.text(max_size=200))
def test_nothing_but_a_secret_is_decrypted(secret: str):
    with pytest.raises(BadPush):
        decrypt(SAFE.aes_key, secret, APPID)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x" * (MOST_BYTES + 1),
        b"<xml",
        b"[]",
        b"<html></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml></xml>',
        b'<!DOCTYPE xml [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]><xml>&x;</xml>',
        b"<xml>" + b"<a>" * 20 + b"</a>" * 20 + b"</xml>",
        b"<xml>" + b"<a/>" * 600 + b"</xml>",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><xml></xml>'.encode("utf-16"),
        b"<xml>&nothing;</xml>",
        b"<xml>\x00</xml>",
        b"<xml>\xff\xfe</xml>",
    ],
)
def test_a_hostile_body_is_refused(body: bytes):
    with pytest.raises(BadPush):
        read_envelope(body)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_push_or_refused(body: bytes):
    try:
        read_envelope(b"<xml>" + body + b"</xml>")
    except BadPush:
        return
