from typing import Any

import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import png
from tests.wire.conftest import Client


def orders(sandbox: Sandbox) -> dict[str, Any]:
    back = "http://127.0.0.1:1/back"
    return {**sandbox.credentials()["weibo"], "redirect_uri": back, "picture": png(40, 40).hex()}


async def test_weibo_gets_its_token_and_shares_with_and_without_a_picture(sandbox: Sandbox, client: Client):
    saw = await client("weibo", orders(sandbox))
    assert (saw["page"], saw["alive"], saw["uid"]) == (200, True, sandbox.credentials()["weibo"]["uid"])
    assert saw["plain"].startswith("医疗救助办法")
    assert saw["has_picture"]
    assert saw["refused"].startswith("10017 ")
    assert [text.split()[0] for text in saw["texts"]] == ["配图一条", "医疗救助办法"]


@pytest.mark.slow  # fetches a client of its own
async def test_weibo_oauth_gets_a_token_shares_and_gives_it_back(sandbox: Sandbox, client: Client):
    saw = await client("weibo_oauth", orders(sandbox))
    assert saw["token"]
    assert saw["shared"].startswith("医疗救助办法")
    assert saw["after"] == 21316  # revoked by its owner
