"""What the system says of a file that cannot be read or written, in the words of who reads it here."""

import errno
from collections.abc import Mapping
from typing import Final

_REASONS: Final[Mapping[int | None, str]] = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ENOSPC: "磁盘空间已用完",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EROFS: "这块磁盘只能读，不能写",
    errno.EIO: "磁盘读写出错",
    errno.ENAMETOOLONG: "名称太长",
    errno.EMFILE: "打开的文件太多",
}


def reason_of(error: OSError) -> str:
    """Give the reason without a full stop; the system's own words where there are none of ours."""
    return _REASONS.get(error.errno) or error.strerror or str(error)
