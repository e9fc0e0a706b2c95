"""Becomes another program that the kernel ends together with its parent. Run as a script, never imported.

`launcher.py PARENT_PID PROGRAM ARGUMENT...`: an atexit handler would not run when the parent is killed by
SIGKILL; the parent-death signal does (prctl(2), PR_SET_PDEATHSIG; it survives execve). It hangs on the
*thread* that forked, so whoever starts this does so from a thread that lives as long as the process.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def become(parent: int, program: str, arguments: list[str]) -> None:
    """Ask for the signal, make sure that the parent is still there, and turn into the program."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it died before the signal was asked for
        raise SystemExit(1)
    os.execv(program, [program, *arguments])  # noqa: S606 -- no shell wanted


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
