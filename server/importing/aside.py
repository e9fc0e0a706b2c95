"""Work on files from outside has threads of its own: whoever fills them keeps other files waiting alone.

The threads that everybody shares also look at passwords and fetch pages; a few pictures made for the purpose
could hold all of them for minutes.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_THREADS: Final = ThreadPoolExecutor(2, thread_name_prefix="file")


async def aside(act: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    """Do something with a file off the event loop, two of them at a time in one process."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, lambda: act(*given, **named))
