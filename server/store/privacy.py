"""What no other user of the machine may read: the database and the files that editors brought.

The folder around them is open, since a web server reads the public site in it (deploy/tongfa.service).
Drafts, unpublished attachments, digests of passwords and sealed secrets are nothing for it.
"""

import stat
from pathlib import Path
from typing import Final

_OTHERS: Final = 0o077


def close_to_others(path: Path) -> None:
    """Take from a file or folder of ours what group and others may do with it, if it is there.

    Never opens the file: closing it again would drop SQLite's locks on it.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)
    except FileNotFoundError:
        return
    except PermissionError:
        return  # it belongs to somebody else, who decides who reads it
