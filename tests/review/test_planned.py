"""server/review/planned.py: what waits for its time is examined again when the list of words has grown."""

from datetime import timedelta
from typing import Any

from server.core.expedite import expedite
from server.review.examiner import Checked
from server.review.waiving import second, waive
from server.store.alerts import list_alerts
from server.store.dictionary import WordRow, delete_word, put_words
from server.store.gates import list_late_marks
from server.watch.alerts import watch
from tests.house import SITE, House


async def enter(house: House, word: str) -> None:
    """Put a word that blocks into the office's list."""
    row = WordRow(word, "", "", "blocking", "any", "sensitive", "已停用的名称")
    async with house.store.begin() as tx:
        await put_words(tx, [row], ids=[house.new_id()], by=house.author, at=house.now())


async def at_work(house: House) -> None:
    """Let the clock and the workers do what is due."""
    for _round in range(2):
        await house.tick()
        await house.run_until_quiet()


async def planned(house: House, **changes: Any) -> str:
    made = await house.item(**changes)
    await house.release(made.id, ("website", "weibo"), not_before=house.now() + timedelta(hours=2))
    return made.id


async def told(house: House) -> list[str]:
    await watch(house.store, SITE, at=house.now())
    async with house.store.read() as tx:
        return [one.alert.message for one in await list_alerts(tx, limit=50) if one.alert.kind == "check"]


async def waived(house: House, checked: Checked) -> None:
    """Let two persons answer for what blocks."""
    async with house.store.begin() as tx:
        for finding in checked.open_findings:
            made = await waive(
                tx, checked, finding.key, "引用原文", by=house.author, at=house.now(), new_id=house.new_id
            )
            await second(tx, checked.item.id, made.id, by=house.chief, at=house.now())


async def test_a_word_entered_after_the_plan_holds_the_release_with_a_reminder_before_its_time(house: House):
    item = await planned(house, title="医疗救助办法", body_html="<p>由旧名局负责。</p>")
    assert await told(house) == []
    await enter(house, "旧名局")
    await house.tick()
    (sentence,) = await told(house)
    held = "有1处须处理的检查意见，处理以前不会发出"
    assert sentence.startswith(f"定在11月25日（周三）12:00发布的《医疗救助办法》{held}")
    house.now.move(hours=3)
    await at_work(house)
    legs = await house.legs(item)
    assert {(leg.state, leg.gate) for leg in legs.values()} == {("waiting", "check")}
    assert house.platform.requests["publish"] == 0


async def test_a_word_entered_in_the_last_second_is_still_seen(house: House):
    item = await planned(house, body_html="<p>由旧名局负责。</p>")
    house.now.move(hours=2)
    await enter(house, "旧名局")  # no job has run since
    await at_work(house)
    assert {leg.gate for leg in (await house.legs(item)).values()} == {"check"}


async def test_a_list_that_grew_by_other_words_lets_it_go_in_time(house: House):
    item = await planned(house)
    await enter(house, "旧名局")
    house.now.move(hours=2)
    await at_work(house)
    assert await house.states(item) == {"website": "live", "weibo": "live"}
    assert await told(house) == []
    async with house.store.read() as tx:
        assert await list_late_marks(tx, frozenset({house.org.id}), 9) == ()


async def test_what_two_persons_answer_for_goes_out_and_the_reminder_ends(house: House):
    item = await planned(house, body_html="<p>由旧名局负责。</p>")
    await enter(house, "旧名局")
    house.now.move(hours=2)
    await at_work(house)
    assert len(await told(house)) == 1
    await waived(house, await house.examiner.check_item(item, at=house.now()))
    await at_work(house)
    assert await house.states(item) == {"website": "live", "weibo": "live"}
    assert await told(house) == []


async def test_a_corrected_version_takes_the_place_of_what_is_held(house: House):
    item = await planned(house, body_html="<p>由旧名局负责。</p>")
    await enter(house, "旧名局")
    house.now.move(hours=2)
    await at_work(house)
    await house.corrected(item, body_html="<p>由新名局负责。</p>")
    await house.release(item, ("website", "weibo"))
    await at_work(house)
    assert await house.states(item) == {"website": "live", "weibo": "live"}
    assert await told(house) == []


async def test_haste_passes_over_no_finding(house: House):
    item = await planned(house, body_html="<p>由旧名局负责。</p>")
    await enter(house, "旧名局")
    async with house.store.begin() as tx:
        await expedite(tx, item, "汛情紧急", house.calendar, by=house.chief, at=house.now())
    await at_work(house)
    assert {leg.gate for leg in (await house.legs(item)).values()} == {"check"}


async def test_what_goes_out_at_once_is_not_examined_twice(house: House):
    made = await house.item()
    await house.release(made.id, ("website", "weibo"))
    await enter(house, "旧名局")
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "live", "weibo": "live"}
    assert await house.planned.examine(at=house.now()) == 0


async def test_a_word_taken_out_frees_what_it_held_and_one_put_in_its_place_holds_anew(house: House):
    old, new = (
        await planned(house, body_html="<p>由旧名局负责。</p>"),
        await planned(house, body_html="<p>由新名局负责。</p>"),
    )
    await enter(house, "旧名局")
    await house.tick()
    assert len(await told(house)) == 1
    async with house.store.begin() as tx:
        assert await delete_word(tx, "旧名局", "any")
    await enter(house, "新名局")
    house.now.move(hours=2)
    await at_work(house)
    assert await house.states(old) == {"website": "live", "weibo": "live"}
    assert {leg.gate for leg in (await house.legs(new)).values()} == {"check"}
