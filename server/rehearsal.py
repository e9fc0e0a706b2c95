"""Wiring of practice: where the rehearsal platforms stand, whether they answer, and starting them along."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from yarl import URL

from channels.item import PRACTICE_FOLDER
from channels.sandbox.run import credentials_at, start_sandbox
from channels.transport import Answer, Transport
from server.core.practice import Stage
from server.network import Allowed
from server.security.practising import Rehearsal
from server.settings import Settings


def practice_root(settings: Settings) -> Path:
    """Give the document root of the practice site: beside the real one, never in it."""
    return settings.var / PRACTICE_FOLDER / "site"


def safe_domain(settings: Settings) -> str:
    """Give the host of our permanent links, which the rehearsal Weibo lets through."""
    return URL(settings.public_url).host or "127.0.0.1"


def open_rehearsal(settings: Settings, http: Transport) -> Rehearsal:
    """Give the platforms as the settings have them, whoever starts them."""
    told = credentials_at(*_addresses(settings), safe_domain(settings))

    async def answers() -> bool:
        said = [await http.send("GET", URL(one["base_url"]) / "") for one in told.values()]
        return all(isinstance(one, Answer) for one in said)

    return Rehearsal(Stage(told["wechat"], told["weibo"]), answers)


@asynccontextmanager
async def rehearsal_platforms(settings: Settings) -> AsyncIterator[dict[str, str]]:
    """Run both platforms on the ports of the settings, keeping what they know beside the practice site.

    Gives their addresses; raises OSError for a port that is taken.
    """
    chosen, folder = settings.practice, settings.var / PRACTICE_FOLDER / "platforms"
    running = await start_sandbox(
        host=chosen.host,
        wechat_port=chosen.wechat_port,
        weibo_port=chosen.weibo_port,
        state_dir=folder,
        now=lambda: datetime.now(UTC),
        safe_domain=safe_domain(settings),
    )
    try:
        yield {"wechat": running.wechat_url, "weibo": running.weibo_url}
    finally:
        await running.close()


def _addresses(settings: Settings) -> tuple[str, str]:
    chosen = settings.practice
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    return f"http://{host}:{chosen.wechat_port}", f"http://{host}:{chosen.weibo_port}"


def allowed_inside(settings: Settings) -> Allowed:
    """Give where platforms may be inside: at our own pages, the rehearsal, and what an operator lists."""
    own = URL(settings.public_url).host
    hosts = frozenset(host for host in (own, settings.practice.host) if host)
    return Allowed(settings.platform_networks, hosts)
