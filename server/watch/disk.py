"""Room on the disk: told of while there is enough left to write the reminder down."""

import shutil
from pathlib import Path
from typing import Final

from server.store.alerts import Alert

LOW: Final = 1 << 30
_URGENT: Final = LOW // 4


def free_bytes(folder: Path) -> int:
    """Give how many bytes the disk beneath a folder still takes; blocks, so ask in a thread."""
    return shutil.disk_usage(folder).free


def disk_alerts(free: int) -> list[Alert]:
    """Give the reminder of a disk that fills; its words change with the level alone, so it is told twice."""
    if free >= LOW:
        return []
    urgent = free < _URGENT
    left = "256 MB" if urgent else "1 GB"
    return [
        Alert(
            "disk",
            "disk",
            "alarm" if urgent else "warn",
            f"服务器数据盘的剩余空间不足 {left}，写满后不能保存和发布，请尽快清理或扩容",
        )
    ]
