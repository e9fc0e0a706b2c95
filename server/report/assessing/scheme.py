"""The scheme of an assessment (考核): indicators, what earns all points, and weights; read from a TOML file.

The four aspects are those that an office named in its yearly report of 2017 (seed, 一（3）); weights and full
values are an office's own to set, ours are a start. What an office enters keeps its indicator's key.
"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.report.assessing.measures import MEASURES

DEFAULT: Final = Path(__file__).with_name("scheme.toml")
_ALL: Final = Decimal(100)


class BadScheme(Exception):
    """A scheme file that cannot be used; the message is a Chinese sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: points go in a line from `zero` to `full`; where `full` is less, fewer is better."""

    aspect: str
    key: str
    name: str
    is_computed: bool
    unit: str
    zero: Decimal
    full: Decimal
    weight: Decimal

    def points(self, value: Decimal) -> Decimal:
        """Give the points of a value, 0 to weight, to two decimals."""
        share = (value - self.zero) / (self.full - self.zero)
        return (min(max(share, Decimal(0)), Decimal(1)) * self.weight).quantize(Decimal("0.01"))


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    aspect: Annotated[str, Field(min_length=1, max_length=20)]
    key: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    how: Literal["computed", "entered"]
    unit: Annotated[str, Field(min_length=1, max_length=4)]
    zero: Decimal
    full: Decimal
    weight: Annotated[Decimal, Field(gt=0, le=100)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    indicator: Annotated[list[_Line], Field(min_length=1, max_length=100)]


@cache
def read_scheme(path: Path = DEFAULT) -> tuple[Indicator, ...]:
    """Read a scheme, once; raises BadScheme. Blocks for one small file."""
    try:
        lines = _File.model_validate(tomllib.loads(path.read_text("utf-8"))).indicator
    except OSError as error:
        raise BadScheme(f"考核指标文件 {path.name} 读不了：{error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadScheme(f"考核指标文件 {path.name} 不是正确的 TOML：{error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadScheme(f"考核指标文件 {path.name} 的 {where} 不对") from None
    _refuse_contradictions(path.name, lines)
    return tuple(
        Indicator(
            line.aspect,
            line.key,
            line.name,
            line.how == "computed",
            line.unit,
            line.zero,
            line.full,
            line.weight,
        )
        for line in lines
    )


def _refuse_contradictions(name: str, lines: list[_Line]) -> None:
    keys = [line.key for line in lines]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    unknown = sorted(line.key for line in lines if line.how == "computed" and line.key not in MEASURES)
    level = sorted(line.key for line in lines if line.zero == line.full)
    total = sum((line.weight for line in lines), Decimal(0))
    for found, why in ((doubled, "重复"), (unknown, "不是系统能计算的指标"), (level, "的 zero 和 full 相同")):
        if found:
            raise BadScheme(f"考核指标文件 {name}：{'、'.join(found)} {why}")
    if total != _ALL:
        raise BadScheme(f"考核指标文件 {name}：权重合计应为 100，现在是 {total}")


OURS: Final = read_scheme()
"""The scheme that stands where an office has none of its own."""
