"""server/importing/lines.py: a body as lines, changed by hand, and what stays of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.importing.html import sanitise
from server.importing.lines import Broken, as_lines, of_lines

TABLE = "<table><tbody><tr><td>对象</td><td>标准</td></tr></tbody></table>"
PICTURE = f'<figure><img src="media:{"a" * 64}" alt="窗口"><figcaption>办事大厅</figcaption></figure>'
FIRST = "<p>各科室：<br>现<strong>通知</strong>如下。</p>"
BODY = f"{FIRST}<h2>一、范围</h2>{TABLE}<ol><li>甲</li></ol>{PICTURE}"
LINES = "各科室：↵现通知如下。\n\n# 一、范围\n\n［表格 1：对象 标准…］\n\n［列表 2：甲…］\n\n［图片 3：窗口］"
WORDS = st.text(st.sampled_from("甲乙 丙<>&#［］↵\u3000\xa0"), max_size=9)
BLOCKS = st.sampled_from((
    "<p>{}</p>", "<p>a<b>{}</b></p>", "<h2>{}</h2>", "<h4><u>{}</u></h4>", "<ul><li>{}<li>{}</ul>", "<hr>",
    "<table><tr><td>{}<td>{}</table>", f"<p>{{}}{PICTURE}</p>", "<blockquote><p>{}</blockquote>", "{}",
    "<p>{}<p><div>{}</div>",
))  # fmt: skip


def test_a_body_reads_as_words_and_marks_what_lines_cannot_show():
    assert as_lines(BODY) == LINES


@given(st.lists(st.tuples(BLOCKS, WORDS), max_size=6))
def test_lines_that_nobody_changed_give_the_body_to_a_letter(blocks: list[tuple[str, str]]):
    rough = "".join(block.replace("{}", words) for block, words in blocks)
    body = sanitise(f"<p>题</p>{rough}").html
    assert of_lines(as_lines(body).replace("\n", "\r\n"), body).html == body


@given(WORDS)
def test_a_line_that_was_added_is_a_paragraph_with_its_very_words(words: str):
    line = f"新的{words}"
    if "［" not in line:
        made = sanitise(of_lines(f"{LINES}\n{line}", BODY).html)
        said = (" ".join(part.split()) for part in line.split("↵"))
        assert made.text.endswith("\n".join(filter(None, said)))
    assert sanitise(BODY).html == BODY


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("现通知如下", "现通告如下", "现<strong>通知</strong>如下", "现通告如下"),
        ("# 一、范围", "## 一、对象", "<h2>一、范围</h2>", "<h3>一、对象</h3>"),
        ("# 一、范围\n", "", "<h2>一、范围</h2>", ""),
        ("［表格 1：对象 标准…］", "", TABLE, ""),
        ("［图片 3：窗口］", "［图片 3：“两证”<窗口>］", 'alt="窗口"', 'alt="“两证”&lt;窗口&gt;"'),
        ("［图片 3：窗口］", "［图片 3：装饰图片］", 'alt="窗口"', 'alt="" role="presentation"'),
    ],
)
def test_what_was_changed_changes_and_nothing_else(old: str, new: str, before: str, after: str):
    assert of_lines(LINES.replace(old, new), BODY).html == BODY.replace(before, after)


def test_lines_in_another_order_are_the_blocks_in_that_order():
    assert of_lines("\n".join(reversed(LINES.splitlines())), BODY).html == (
        f"{PICTURE}<ol><li>甲</li></ol>{TABLE}<h2>一、范围</h2>{FIRST}"
    )


@pytest.mark.parametrize(
    "line",
    ["［表格 1：对象 标 准…］", "［表格 9］", "［列表 2：乙…］", "表格 1：对象 标准…］", "［图片 1：窗口］"],
)
def test_a_line_in_brackets_that_was_broken_is_told_and_not_taken(line: str):
    with pytest.raises(Broken):
        of_lines(f"{LINES}\n{line}", BODY)


def test_formats_that_went_are_told():
    assert of_lines(LINES.replace("通知", "通告"), BODY).is_flattened
    assert not of_lines(LINES.replace("范围", "对象"), BODY).is_flattened
    assert not of_lines("# 一、范围", BODY).is_flattened  # taken out, and nothing put in its place
