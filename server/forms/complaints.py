"""What pydantic finds wrong in a form, as Chinese sentences that name the field."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from server.core.problems import Problem

FormT = TypeVar("FormT", bound=BaseModel)


class BadForm(Exception):
    """A body or a query that does not fit its form."""

    def __init__(self, error: ValidationError, model: type[BaseModel]) -> None:
        """Take what pydantic found and the form that it looked at."""
        super().__init__(f"{error.error_count()} errors in {model.__name__}")
        found = error.errors(include_url=False, include_input=False)
        self.problems = tuple(_problem(one, labels_of(model)) for one in found)


def filled_in(model: type[FormT], value: Mapping[str, Any]) -> FormT:
    """Read the fields of a page as a form, as strictly as JSON; raises BadForm."""
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise BadForm(error, model) from None


class BadJson(Exception):
    """A body that is no JSON at all; the message is the sentence."""


def _one_of(expected: str) -> str:
    """Say pydantic's «'a', 'b' or 'c'» in Chinese: a、b 或 c."""
    return expected.replace("'", "").replace(", ", "、").replace(" or ", " 或 ")


_SENTENCES: Final[Mapping[str, Callable[[str, dict[str, Any]], str]]] = {
    "missing": lambda label, _: f"缺少{label}",
    "extra_forbidden": lambda label, _: f"没有{label}这个字段，请删去或核对拼写",
    "string_type": lambda label, _: f"{label}应是文字",
    "string_too_short": lambda label, limit: (
        f"{label}不能为空" if limit["min_length"] == 1 else f"{label}至少 {limit['min_length']} 个字符"
    ),
    "string_too_long": lambda label, limit: f"{label}最多 {limit['max_length']} 个字符",
    "string_pattern_mismatch": lambda label, _: f"{label}的写法不对",
    "too_short": lambda label, limit: (
        f"{label}至少 {limit['min_length']} 个字符"
        if limit["field_type"] == "Value"
        else f"{label}至少要有 {limit['min_length']} 项"
    ),
    # pydantic's word for a text whose length is taken after it was tidied is Value.
    "too_long": lambda label, limit: (
        f"{label}最多 {limit['max_length']} {'个字符' if limit['field_type'] == 'Value' else '项'}"
    ),
    "literal_error": lambda label, limit: f"{label}只能是 {_one_of(limit['expected'])}",
    "date_from_datetime_parsing": lambda label, _: f"{label}不是存在的日期，应写成 2017-03-28",
    "date_parsing": lambda label, _: f"{label}不是存在的日期，应写成 2017-03-28",
    "date_type": lambda label, _: f"{label}应写成 2017-03-28 这样的日期",
    "timezone_aware": lambda label, _: f"{label}要写明时区，例如 2017-03-28T09:00:00+08:00",
    "greater_than_equal": lambda label, limit: f"{label}不能小于 {limit['ge']}",
    "less_than_equal": lambda label, limit: f"{label}不能大于 {limit['le']}",
    "int_type": lambda label, _: f"{label}应是整数",
    "int_parsing": lambda label, _: f"{label}应是整数",
    "json_invalid": lambda _label, _: "有读不出的字符，请重新输入",  # a lone surrogate: half a letter
    "model_type": lambda _label, _: "应是一个 JSON 对象",
    "bool_type": lambda label, _: f"{label}应是 true 或 false",
}
_BY_PREFIX: Final[tuple[tuple[str, str], ...]] = (
    ("datetime_", "不是存在的时间，应写成 2017-03-28T09:00:00+08:00"),
    ("time_", "应写成 09:00 这样的时间"),
    ("date_", "不是存在的日期，应写成 2017-03-28"),
    ("tuple_", "应是一个列表"),
    ("dict_", "应是一个 JSON 对象"),
)


_OURS: Final = frozenset({"empty", "date_form", "time_range"})  # their sentences stand in words.py


@cache
def labels_of(model: type[BaseModel]) -> dict[str, str]:
    """Give the Chinese name of every field of a form and of the forms inside it."""
    schema = model.model_json_schema()
    labels = {}
    for part in (*schema.get("$defs", {}).values(), schema):
        for name, told in part.get("properties", {}).items():
            labels[name] = told.get("title", name)
    return labels


def _problem(found: ErrorDetails, labels: Mapping[str, str]) -> Problem:
    field = ".".join(str(step) for step in found["loc"] if step != "[key]")
    named = [str(step) for step in found["loc"] if isinstance(step, str) and step in labels]
    label = f"“{labels[named[-1]]}”" if named else f"“{field}”"
    if found["type"] == "extra_forbidden":
        label = f"“{found['loc'][-1]}”"
    sentence = _sentence(found, label)
    return Problem("invalid", sentence, field=field[:200])


def _sentence(found: ErrorDetails, label: str) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind in _SENTENCES:
        return _SENTENCES[kind](label, context)
    for prefix, words in _BY_PREFIX:
        if kind.startswith(prefix) and kind not in _OURS:
            return label + words
    if kind in _OURS:
        return label + found["msg"]
    return f"{label}不符合要求"
