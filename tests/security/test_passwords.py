"""server/security/passwords.py: argon2id, off the loop, and no faster for a stranger."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.core.problems import Problem
from server.security.passwords import hash_password, is_password


async def test_the_right_password_fits_its_hash():
    hashed = await hash_password("呼和浩特-2026", login="nar")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106 §4, the second choice
    assert await is_password("呼和浩特-2026", hashed)


async def test_another_password_does_not_fit():
    hashed = await hash_password("gerel-2026", login="nar")
    assert not await is_password("gerel-2027", hashed)


async def test_the_same_password_has_another_hash_each_time():
    assert await hash_password("gerel-2026", login="a") != await hash_password("gerel-2026", login="b")


async def test_nobody_has_a_password():
    assert not await is_password("", None)
    assert not await is_password("gerel-2026", None)


async def test_nobody_takes_as_long_as_somebody():
    hashed = await hash_password("gerel-2026", login="nar")
    spent = []
    for password_hash in (hashed, None):
        began = time.process_time()  # not by the clock on the wall: others work on this machine, too
        await is_password("wrong-wrong", password_hash)
        spent.append(time.process_time() - began)
    assert spent[1] > spent[0] / 5


async def test_a_hash_that_is_none_fits_nothing():
    assert not await is_password("gerel-2026", "plain text")


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa", "abababababab", "naran-2026", "长" * 129])
async def test_a_password_that_is_guessed_at_once_is_refused(password: str):
    with pytest.raises(Problem) as refused:
        await hash_password(password, login="Naran-2026")
    assert (refused.value.code, refused.value.field) == ("invalid", "password")


async def test_an_endless_password_is_not_hashed():
    hashed = await hash_password("长a2b" * 32, login="nar")
    assert not await is_password("长a2b" * 33, hashed)


async def test_passwords_and_everybody_else_do_not_wait_for_one_another():
    busy = threading.Event()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    waiting = asyncio.create_task(asyncio.to_thread(busy.wait))
    assert not await is_password("gerel-2026", "plain text")  # though the threads of all others are taken
    busy.set()
    await waiting
