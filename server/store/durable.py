"""What stands on the disk when it is said to: a file's name is durable once its folder is."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have the disk take the names in a folder; blocks, so call it in a thread."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
