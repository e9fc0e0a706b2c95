"""server/console/fields.py and door.py: how much of a form is taken, and from whom."""

from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from server.console.cookies import KNOWN, SESSION
from server.console.fields import Sender, read_fields
from server.core.problems import Problem
from server.security.known_browser import remember
from tests.api.conftest import BOUNDS
from tests.console.conftest import ConsoleOffice, Desk

LONG = "长文" * 20_000  # 120 kB, within what an editor may type
FILE = ("files", "附件.pdf", b"%PDF" + b"x" * 90_000)


async def _read(sender: Sender, form: FormData) -> Any:
    """Post a form and give what was read: each file's name and size, or the refusal."""

    async def take(request: web.Request) -> web.Response:
        try:
            read = await read_fields(request, BOUNDS, sender)
        except Problem as refusal:
            return web.json_response(refusal.code)
        return web.json_response([[one.name, len(one.body)] for one in read.uploads])

    app = web.Application()
    app.router.add_post("/", take)
    async with TestClient(TestServer(app)) as client, client.post("/", data=form) as answer:
        return await answer.json()


@pytest.mark.parametrize(("sender", "size"), [("signed_in", 90_004), ("known", 0), ("stranger", 0)])
async def test_files_are_held_for_who_is_signed_in_alone(sender: Sender, size: int):
    form = FormData()
    for _ in range(3):
        form.add_field(FILE[0], FILE[2], filename=FILE[1])
    assert await _read(sender, form) == [[FILE[1], size]] * 3


async def test_files_that_are_not_held_have_their_bound_as_well():
    form = FormData()
    form.add_field("files", b"x" * (BOUNDS.attachment_bytes + 1), filename="a.pdf")
    assert await _read("stranger", form) == "too_large"


@pytest.mark.parametrize("is_multipart", [False, True])
@pytest.mark.parametrize(("sender", "read"), [("signed_in", []), ("known", []), ("stranger", "too_large")])
async def test_a_long_text_is_taken_from_who_came_in_before(sender: Sender, read: Any, *, is_multipart: bool):
    form = FormData({"body": LONG}, default_to_multipart=is_multipart)
    assert await _read(sender, form) == read


async def _post(desk: Desk) -> Any:
    return await desk.post("/console/items/new", {"title": "x", "body": LONG}, [FILE])


async def test_whose_session_ended_gets_his_text_back_and_learns_which_file_is_missing(office: ConsoleOffice):
    desk = await office.desk("author")
    known = remember(office.parts.vault, "", "author", at=office.house.now())
    desk.client.cookie_jar.update_cookies({KNOWN: known}, desk.base)
    await desk.get("/console/items/new")
    desk.drop(SESSION)
    seen = await _post(desk)
    assert seen.status == 401
    assert seen.fields["body"] == LONG
    assert FILE[1] in seen.words


@pytest.mark.parametrize("cookie", [None, (SESSION, "tf_x_made-up"), (KNOWN, "made up")])
async def test_who_never_came_in_fills_nobodys_memory(office: ConsoleOffice, cookie: tuple[str, str] | None):
    desk = await office.desk()
    if cookie is not None:
        desk.client.cookie_jar.update_cookies(dict([cookie]), desk.base)
    assert (await _post(desk)).status == 413
