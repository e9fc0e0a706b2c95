"""Processes that are none of ours to wait for: whether the kernel still runs one."""

from pathlib import Path


def is_running(pid: int) -> bool:
    """Say whether a process runs: one that has ended, and that nobody has asked after, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may end between the opening and the reading
        return False
