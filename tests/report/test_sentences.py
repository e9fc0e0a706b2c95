"""Sentences of county reports: each wrong one is found, each right one is left in peace."""

from pathlib import Path

import pytest

from server.report.check import check_report
from server.report.finding import Finding
from server.report.reading.file import read_content

HERE = Path(__file__).parent
WRONG = (HERE / "sentences_wrong.txt").read_text().splitlines()
RIGHT = (HERE / "sentences_right.txt").read_text().splitlines()


def found_in(sentence: str) -> list[Finding]:
    text = f"某旗2023年政府信息公开工作年度报告\n\n{sentence}\n"
    return list(check_report(read_content(text.encode(), ".txt")))


@pytest.mark.parametrize("line", WRONG)
def test_what_does_not_add_up_is_found_as_what_it_is(line: str):
    name, sentence = line.split(" ", 1)
    rule, _, severity = name.partition(":")  # an error unless it says «:warning»
    assert (rule, severity or "error") in [(one.rule, one.severity) for one in found_in(sentence)]


@pytest.mark.parametrize("sentence", RIGHT)
def test_what_adds_up_is_left_in_peace(sentence: str):
    assert found_in(sentence) == []
