"""Days on which an office weighs its words: those that a law or the National People's Congress names."""

from collections.abc import Mapping
from datetime import date
from typing import Final

MEMORIALS: Final[Mapping[tuple[int, int], tuple[int, str]]] = {
    (4, 15): (2016, "全民国家安全教育日"),  # 国家安全法 (2015) Art. 14
    (9, 3): (2014, "抗战胜利纪念日"),  # 全国人大常委会 2014-02-27
    (9, 30): (2014, "烈士纪念日"),  # 全国人大常委会 2014-08-31; 英雄烈士保护法 Art. 5
    (12, 4): (2014, "国家宪法日"),  # 全国人大常委会 2014-11-01
    (12, 13): (2014, "国家公祭日"),  # 全国人大常委会 2014-02-27
}
"""Month and day → the first year, and the name."""


def memorial_of(day: date) -> str:
    """Give the name of the memorial day; "" for any other."""
    first, name = MEMORIALS.get((day.month, day.day), (0, ""))
    return name if name and day.year >= first else ""
