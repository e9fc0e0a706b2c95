import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import WeChatCaller, png
from tests.conftest import Hand

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b0800400040010111 00".replace(" ", ""))
GIF = b"GIF89a" + (64).to_bytes(2, "little") * 2


async def test_a_picture_of_the_text_gets_an_address_of_the_platform(wechat: WeChatCaller):
    answer = await wechat.upload("media/uploadimg", png(10, 10))
    assert answer["url"].startswith("http://mmbiz.qpic.cn/mmbiz_png/")


@pytest.mark.parametrize("body", [GIF, b"<svg/>", b"RIFF\0\0\0\0WEBPVP8 "])
async def test_only_jpeg_and_png_go_into_the_text(wechat: WeChatCaller, body: bytes):
    assert (await wechat.upload("media/uploadimg", body))["errcode"] == 40005


async def test_a_picture_of_the_text_stays_below_one_megabyte(wechat: WeChatCaller):
    big = png(10, 10, padding=1024 * 1024)
    assert (await wechat.upload("media/uploadimg", big))["errcode"] == 40009


async def test_a_picture_of_extreme_size_is_refused(wechat: WeChatCaller):
    assert (await wechat.upload("media/uploadimg", png(18018, 24477)))["errcode"] == 40137


async def test_a_file_under_another_name_is_missing(wechat: WeChatCaller):
    assert (await wechat.upload("media/uploadimg", png(10, 10), name="file"))["errcode"] == 41005


async def test_an_encoded_file_name_is_lost(wechat: WeChatCaller):
    body = (
        b"--line\r\nContent-Disposition: form-data; name=\"media\"; filename*=utf-8''%E5%9B%BE.png\r\n\r\n"
        + png(10, 10)
        + b"\r\n--line--\r\n"
    )
    kind, query = {"Content-Type": "multipart/form-data; boundary=line"}, {"access_token": wechat.token}
    reply = await wechat.send("POST", "/cgi-bin/media/uploadimg", data=body, headers=kind, params=query)
    assert reply.json["errcode"] == 41005


async def test_an_empty_file_is_refused(wechat: WeChatCaller):
    assert (await wechat.upload("material/add_material", b"", type="image"))["errcode"] == 44001


async def test_permanent_material_has_an_id_and_an_address(wechat: WeChatCaller):
    answer = await wechat.upload("material/add_material", JPEG, type="image")
    assert (len(answer["media_id"]), answer["url"].endswith("wx_fmt=jpeg"), answer["item"]) == (64, True, [])


async def test_a_thumb_is_a_small_jpeg(wechat: WeChatCaller):
    taken = await wechat.upload("material/add_material", JPEG, type="thumb")
    wrong = await wechat.upload("material/add_material", png(10, 10), type="thumb")
    large = await wechat.upload("material/add_material", JPEG + bytes(64 * 1024), type="thumb")
    assert ("media_id" in taken, wrong["errcode"], large["errcode"]) == (True, 40005, 40009)


async def test_another_type_is_refused(wechat: WeChatCaller):
    assert (await wechat.upload("material/add_material", JPEG, type="news"))["errcode"] == 40004


async def test_a_film_wants_a_description(wechat: WeChatCaller):
    assert (await wechat.upload("material/add_material", b"film", type="video"))["errcode"] == 47001


async def test_material_can_be_fetched_and_deleted(wechat: WeChatCaller):
    made = {"media_id": (await wechat.upload("material/add_material", GIF, type="image"))["media_id"]}
    query = {"access_token": wechat.token}
    kept = await wechat.send("POST", "/cgi-bin/material/get_material", json=made, params=query)
    await wechat.ask("material/del_material", made)
    gone = await wechat.ask("material/get_material", made)
    assert (kept.body, gone["errcode"]) == (GIF, 40007)


async def test_material_that_a_menu_shows_cannot_be_deleted(wechat: WeChatCaller):
    made = {"media_id": (await wechat.upload("material/add_material", GIF, type="image"))["media_id"]}
    below = {"name": "图", "sub_button": [{"type": "media_id", "name": "图", **made}]}
    await wechat.ask("menu/create", {"button": [below]})
    used = await wechat.ask("material/del_material", made)
    await wechat.look("menu/delete")
    assert [used["errcode"], (await wechat.ask("material/del_material", made))["errcode"]] == [48005, 0]


async def test_material_is_counted_by_kind(wechat: WeChatCaller):
    await wechat.upload("material/add_material", GIF, type="image")
    await wechat.upload("media/upload", GIF, type="image")
    counts = await wechat.look("material/get_materialcount")
    assert counts == {"voice_count": 0, "video_count": 0, "image_count": 1, "news_count": 0}


async def test_temporary_material_is_no_permanent_one(wechat: WeChatCaller):
    made = await wechat.upload("media/upload", GIF, type="image")
    gone = await wechat.ask("material/get_material", {"media_id": made["media_id"]})
    assert (made["type"], gone["errcode"]) == ("image", 40007)


async def test_a_reader_gets_the_picture(wechat: WeChatCaller):
    url = (await wechat.upload("media/uploadimg", png(10, 10)))["url"]
    reply = await wechat.get(url.replace("http://mmbiz.qpic.cn/", "/mmbiz/").partition("?")[0])
    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (200, png(10, 10), "image/png")


async def test_a_temporary_file_lives_for_three_days(wechat: WeChatCaller, now: Hand):
    body = png(30, 30)
    made = await wechat.upload("media/upload", body, type="image")
    got = await wechat.get("/cgi-bin/media/get", access_token=wechat.token, media_id=made["media_id"])
    assert got.body == body
    now.move(days=3)
    await wechat.renew()
    late = await wechat.get("/cgi-bin/media/get", access_token=wechat.token, media_id=made["media_id"])
    assert late.json["errcode"] == 40007


async def test_a_permanent_file_is_no_temporary_one(wechat: WeChatCaller):
    made = await wechat.upload("material/add_material", png(30, 30), type="image")
    got = await wechat.get("/cgi-bin/media/get", access_token=wechat.token, media_id=made["media_id"])
    assert got.json["errcode"] == 40007


async def test_a_full_library_takes_no_more(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(library_limit=1)
    assert "media_id" in await wechat.upload("material/add_material", png(30, 30), type="image")
    assert (await wechat.upload("material/add_material", png(31, 30), type="image"))["errcode"] == 45103
