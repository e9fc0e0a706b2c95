import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.notices import MOST_BYTES, BadNotice, Notice, NoticeDay, read_notice

WHOLE = ["2027-01-01", "2027-05-01", "2027-10-01"]


def read(**told: object) -> Notice:
    return read_notice(json.dumps(told, ensure_ascii=False).encode())


def complaints(content: bytes) -> tuple[str, ...]:
    with pytest.raises(BadNotice) as refused:
        read_notice(content)
    return refused.value.complaints


def csv(*lines: str) -> bytes:
    return "\n".join(("date,kind,name", *lines)).encode()


def test_days_off_and_days_made_up_are_read_from_two_lists() -> None:
    notice = read(off_days=["2027-01-01"], make_up_working_days=["2027-01-02"])
    assert [(str(one.day), one.worked) for one in notice.days] == [
        ("2027-01-01", False),
        ("2027-01-02", True),
    ]


def test_a_list_of_days_that_each_say_what_they_are_is_read_too() -> None:
    notice = read(year=2027, days=[{"name": "元旦", "date": "2027-01-01", "isOffDay": True}])
    assert notice.days == (NoticeDay(date(2027, 1, 1), worked=False, name="元旦"),)


def test_a_table_is_read_with_chinese_heads_and_in_the_encoding_of_a_chinese_office() -> None:
    notice = read_notice("日期,类型,名称\n2027/1/1,休,元旦\n2027-01-02,班,\n".encode("gbk"))
    assert [(one.worked, one.name) for one in notice.days] == [(False, "元旦"), (True, "")]


def test_a_byte_order_mark_is_no_part_of_the_head() -> None:
    assert len(read_notice(b"\xef\xbb\xbf" + csv("2027-01-01,off,")).days) == 1


def test_a_year_with_its_fixed_holidays_is_whole() -> None:
    assert read(off_days=WHOLE).whole == {2027}


def test_a_year_that_only_lends_its_last_days_is_not_whole() -> None:
    assert read(off_days=[*WHOLE, "2026-12-31"]).whole == {2027}


def test_a_year_that_is_claimed_and_lacks_a_fixed_holiday_is_told_of() -> None:
    notice = read(year=2027, off_days=WHOLE[:2])
    assert (notice.whole, notice.broken) == (set(), {2027})


def test_a_monday_may_be_named_as_worked() -> None:
    assert read(make_up_working_days=["2020-02-03"]).days[0].worked  # the notice of 27 January 2020


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2027-13-01", "off_days[1]：没有 2027-13-01 这一天"),
        ("明天", "off_days[1]：应是 2027-01-01 这样的日期，而不是 '明天'"),
        (None, "off_days[1]：应是 2027-01-01 这样的日期，而不是 'None'"),
        ("2127-01-01", "off_days[1]：年份应在 1990 到 2100 之间"),
        ("２027-01-01", "off_days[1]：应是 2027-01-01 这样的日期，而不是 '２027-01-01'"),
    ],
)
def test_a_line_that_is_wrong_is_named(day: object, told: str) -> None:
    content = json.dumps({"off_days": ["2027-01-01", day]}).encode()
    assert complaints(content) == (told,)


def test_every_wrong_line_is_told_at_once() -> None:
    assert complaints(csv("2027-01-01,off,", "2027-02-30,off,", "2027-03-01,,")) == (
        "第 3 行：没有 2027-02-30 这一天",
        "第 4 行：没有写明是放假还是上班（off/work,休/班）",
    )


def test_a_day_cannot_be_both_off_and_worked() -> None:
    found = complaints(csv("2027-01-02,off,", "2027-01-02,work,"))
    assert found == ("第 3 行：2027-01-02 既写成放假又写成上班",)


def test_a_long_list_of_faults_is_cut() -> None:
    found = complaints(csv(*["x,off,"] * 60))
    assert (len(found), found[-1]) == (51, "……另有 10 处")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "第 1 行应是表头 date,kind,name（日期,类型,名称）"),
        (b"{", "第 1 行不是正确的 JSON"),
        (b"[]", "JSON 的最外层应是一个对象，含 off_days 和 make_up_working_days"),
        (b"{}", "文件里没有任何日期"),
        (b'{"off_days": 1}', "off_days 应是一个列表"),
        (b'{"year": "x"}', "year 或 holiday_notices 里的年份应是 1990 到 2100 的整数"),
        (b"\xff\xfe\x00\x80", "文件不是 UTF-8 或 GBK 编码的文本"),
        (b" " * (MOST_BYTES + 1), "文件超过 1 MB，不像是放假安排"),
        (b"[" * 200_000, "文件不是正确的 JSON"),
    ],
)
def test_what_is_no_notice_is_refused_with_a_sentence(content: bytes, told: str) -> None:
    assert complaints(content) == (told,)


def days_or_complaints(content: bytes) -> tuple[object, ...]:
    try:
        return read_notice(content).days
    except BadNotice as refused:
        return refused.complaints


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert days_or_complaints(content)


@given(
    st.sampled_from(["off_days", "days", "year", "holiday_notices", "source"]),
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)),
)
def test_any_json_in_the_place_of_a_list_is_read_or_refused(key: str, value: object) -> None:
    content = json.dumps({"make_up_working_days": ["2027-01-02"], key: value})
    assert days_or_complaints(content.encode())
