"""server/console/words.py, levels.py and helping.py: what an office sets for its texts and their review."""

from tests.console.conftest import XSS, ConsoleOffice
from tests.house import CODE

LIST = "错词,正确形式,级别\n帐户,账户,请核对\n<b>,x,提示\n".encode()


async def test_a_list_comes_in_shows_and_goes_out(office: ConsoleOffice):
    desk = await office.desk("admin")
    done = await desk.follow(await desk.post("/console/words", [], [("file", "词库.csv", LIST)]))
    assert "本单位的词条（2） " in done.words
    assert '<td data-label="错词">&lt;b&gt;' in done.html
    assert "帐户" in (await desk.get("/console/words?q=账户")).words
    assert "帐户,账户".encode() in (await desk.get("/console/words/list")).content


async def test_one_bad_line_keeps_the_whole_file_out(office: ConsoleOffice):
    desk = await office.desk("admin")
    bad = LIST + f"坏,好,{XSS}\n".encode()
    refused = await desk.post("/console/words", [], [("file", "词库.csv", bad)])
    assert (refused.status, "第4行" in refused.words) == (422, True)
    assert "本单位的词条（0）" in refused.words


async def test_a_line_is_taken_out(office: ConsoleOffice):
    desk = await office.desk("admin")
    await desk.post("/console/words", [], [("file", "词库.csv", LIST)])
    await desk.post("/console/words/drop", {"word": "帐户", "place": "any"})
    assert "本单位的词条（1）" in (await desk.get("/console/words")).words


async def test_who_may_not_change_the_list_only_reads_it(office: ConsoleOffice):
    desk = await office.desk("author")
    assert "导入" not in [told.get("value") for _, told in (await desk.get("/console/words")).tags]
    assert (await desk.post("/console/words", [], [("file", "词库.csv", LIST)])).status == 403


async def test_an_office_sets_its_levels(office: ConsoleOffice):
    desk = await office.desk("admin")
    two = [("name", "科室审核"), ("role", "reviewer"), ("name", "领导审核"), ("role", "chief"), ("name", ""),
           ("role", "chief"), ("org", CODE), ("kind", "any")]  # fmt: skip
    done = await desk.follow(await desk.post("/console/levels", two))
    assert "所有种类：科室审核（审核人） → 领导审核（负责人）" in done.words


async def test_levels_in_the_wrong_order_are_refused_and_kept(office: ConsoleOffice):
    desk = await office.desk("admin")
    wrong = [("name", "领导审核"), ("role", "chief"), ("name", "科室审核"), ("role", "reviewer"),
             ("org", CODE), ("kind", "any")]  # fmt: skip
    seen = await desk.post("/console/levels", wrong)
    assert (seen.status, "后一级的审核人不能低于前一级" in seen.words) == (422, True)
    assert 'value="领导审核"' in seen.html


async def test_levels_are_for_those_who_manage_people(office: ConsoleOffice):
    assert (await (await office.desk("chief")).get("/console/levels")).status == 403


async def test_the_help_is_there_for_everybody(office: ConsoleOffice):
    seen = await (await office.desk("reporter")).get("/console/help")
    assert (seen.status, "一篇稿件怎么走" in seen.words) == (200, True)
