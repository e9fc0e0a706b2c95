"""What people in the house call the channels; the law's words for them stand in `report/figures.py`."""

from collections.abc import Mapping
from typing import Final

CHANNEL_WORDS: Final[Mapping[str, str]] = {
    "website": "网站",
    "wechat": "微信",
    "weibo": "微博",
    "feed": "订阅源",
    "gazette": "公报",
    "other": "其他方式",
}
"""In the order in which an editor names them."""
