"""A disk without room, made by the kernel's own limit on the size of files."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

KIB = 1024


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the kernel refuse to write beyond a size, as it does beyond the end of a disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
