"""server/console/me.py: one's own password, and who acts for whom."""

from server.console.cookies import SESSION
from server.security.passwords import hash_password
from server.store.people import set_password
from tests.console.conftest import ConsoleOffice, Desk

OLD, NEW = "gerel-2026-nar", "naran-2027-od"


async def _with_password(office: ConsoleOffice) -> Desk:
    hashed = await hash_password(OLD, login="author")
    async with office.house.store.begin() as tx:
        await set_password(tx, office.house.author, hashed)
    return await office.desk("author")


async def _holder(office: ConsoleOffice, secret: str | None) -> Desk:
    """Give the browser of whoever copied a session."""
    desk = await office.desk()
    desk.client.cookie_jar.update_cookies({SESSION: secret or ""}, desk.base)
    return desk


def _words(old: str = OLD, new: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"password_old": old, "password_new": new, "password_again": again}


async def test_a_new_password_ends_the_other_sessions_and_not_this_one(office: ConsoleOffice):
    desk, elsewhere = await _with_password(office), await office.desk("author")
    done = await desk.follow(await desk.post("/console/me/password", _words()))
    assert "已更改。" in done.words
    ended = await elsewhere.get("/console")
    assert (ended.status, "登录已结束，请重新登录" in ended.words, "令牌" in ended.words) == (
        401,
        True,
        False,
    )
    assert "信息员（写稿、送审、登记）" in done.words


async def test_after_a_new_password_a_copy_of_the_old_session_opens_nothing(office: ConsoleOffice):
    desk = await _with_password(office)
    copied = desk.cookie(SESSION)
    done = await desk.post("/console/me/password", _words())
    assert (done.status, (await desk.get("/console")).status) == (303, 200)
    assert (await (await _holder(office, copied)).get("/console")).status == 401


async def test_whoever_forgot_to_log_out_elsewhere_does_it_from_here(office: ConsoleOffice):
    desk, elsewhere = await office.desk("author"), await office.desk("author")
    copied = desk.cookie(SESSION)
    assert "还有 1 处登录没有退出" in (await desk.get("/console/me")).words
    done = await desk.follow(await desk.post("/console/me/sessions/end"))
    assert ("在别处的登录都已结束" in done.words, "只在这里登录" in done.words) == (True, True)
    assert (await elsewhere.get("/console")).status == 401
    assert (await (await _holder(office, copied)).get("/console")).status == 401


async def test_a_wrong_old_password_and_a_slip_change_nothing(office: ConsoleOffice):
    desk = await _with_password(office)
    wrong = await desk.post("/console/me/password", _words(old="something else"))
    slip = await desk.post("/console/me/password", _words(again="other-2027-od"))
    assert (wrong.status, "原口令不正确" in wrong.words) == (422, True)
    assert (slip.status, "两次填写的新口令不一样" in slip.words) == (422, True)
    assert not any(secret in wrong.html + slip.html for secret in (OLD, NEW))


async def test_whoever_is_away_lets_somebody_act_for_him_and_ends_it(office: ConsoleOffice):
    desk = await office.desk("chief")
    term = {"deputy": "clerk", "ends_at": "2026-12-01T18:00", "reason": "出差"}
    done = await desk.follow(await desk.post("/console/me/deputies", term))
    assert "clerk 代理 chief" in done.words
    end = next(told["action"] for _, told in done.tags if "/dismiss" in (told.get("action") or ""))
    assert "现在没有代理" in (await desk.follow(await desk.post(str(end)))).words


async def test_a_stay_that_has_no_end_is_refused_and_kept_in_the_form(office: ConsoleOffice):
    desk = await office.desk("chief")
    seen = await desk.post("/console/me/deputies", {"deputy": "clerk", "reason": "出差"})
    assert (seen.status, seen.fields["deputy"]) == (422, "clerk")
    assert "请写明代理到什么时候为止" in seen.words


async def test_nobody_ends_what_is_not_his(office: ConsoleOffice):
    desk = await office.desk("chief")
    term = {"deputy": "clerk", "ends_at": "2026-12-01T18:00", "reason": "出差"}
    done = await desk.follow(await desk.post("/console/me/deputies", term))
    end = next(told["action"] for _, told in done.tags if "/dismiss" in (told.get("action") or ""))
    assert (await (await office.desk("reviewer")).post(str(end))).status == 403
