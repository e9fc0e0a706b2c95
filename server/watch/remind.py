"""Reminders: each alert goes out once for each level, by webhook or e-mail where the operator set one."""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from server.core.days import say_moment
from server.store.alerts import AlertSeen, list_alerts, mark_told
from server.store.tx import Store
from server.watch.alerts import MOST
from server.watch.outbound import OutboundRefused, post_json

_SECONDS: Final = 15.0
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where reminders go; what is empty is not used. Addresses and passwords stay out of the repr."""

    site_name: str = ""
    webhook: str = field(default="", repr=False)
    internal: bool = False
    mail_host: str = ""
    mail_port: int = 465
    mail_user: str = ""
    mail_password: str = field(default="", repr=False)
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()


class Reminders:
    """Tells of alerts by each sink that is set; one that fails is tried again and holds up no other.

    What only some sinks took is remembered here alone: whoever leads next tells them once more, which is
    better than never.
    """

    def __init__(self, store: Store, sinks: Sinks) -> None:
        """Take where the alerts stand and where they go."""
        self._store, self._sinks = store, sinks
        self._ways: list[_Way] = []
        if sinks.webhook:
            self._ways.append(_Way(_post))
        if sinks.mail_host and sinks.mail_to:
            self._ways.append(_Way(_mail))

    async def send(self) -> int:
        """Send what was not told yet, as one message by each sink; say how many alerts all of them took.

        Raises OutboundRefused or OSError where a sink failed, after the others had their turn.
        """
        if not self._ways:
            return 0
        async with self._store.read() as tx:
            news = tuple(one for one in await list_alerts(tx, limit=MOST) if not one.is_told)
        failures = [error for way in self._ways if (error := await way.tell(news, self._sinks))]
        told = tuple(one.alert for one in news if all(way.took(one) for way in self._ways))
        if told:
            await self._store.write(lambda tx: mark_told(tx, told))
        if failures:
            raise failures[0]
        return len(told)


class _Way:
    """One sink, with what it took while another did not."""

    def __init__(self, send: Callable[[tuple[AlertSeen, ...], Sinks], Awaitable[None]]) -> None:
        self._send = send
        self._taken = frozenset[tuple[object, ...]]()

    def took(self, one: AlertSeen) -> bool:
        return _mark_of(one) in self._taken

    async def tell(self, news: tuple[AlertSeen, ...], sinks: Sinks) -> OutboundRefused | OSError | None:
        """Send some of those that it did not take yet; gives what failed."""
        fresh = tuple(one for one in news if not self.took(one))[:_AT_ONCE]
        try:
            if fresh:
                await self._send(fresh, sinks)
        except (OutboundRefused, OSError) as error:  # those of smtplib and ssl among them
            return error
        self._taken = frozenset(map(_mark_of, fresh)) | (self._taken & frozenset(map(_mark_of, news)))
        return None


def _mark_of(one: AlertSeen) -> tuple[object, ...]:
    # Without its sentence: the days that it counts are no news.
    return one.alert.key, one.alert.level, one.raised_at


async def _post(news: tuple[AlertSeen, ...], sinks: Sinks) -> None:
    await post_json(sinks.webhook, _as_json(news, sinks), internal=sinks.internal)


async def _mail(news: tuple[AlertSeen, ...], sinks: Sinks) -> None:
    await asyncio.to_thread(_send_mail, news, sinks)


def _as_json(news: tuple[AlertSeen, ...], sinks: Sinks) -> dict[str, object]:
    return {
        "site": sinks.site_name,
        "alerts": [
            {
                "key": one.alert.key,
                "kind": one.alert.kind,
                "level": one.alert.level,
                "message": one.alert.message,
                "item_id": one.alert.item_id,
                "raised_at": one.raised_at.isoformat(),
            }
            for one in news
        ],
    }


def _send_mail(news: tuple[AlertSeen, ...], sinks: Sinks) -> None:
    mail = EmailMessage()
    alarms = sum(one.alert.level == "alarm" for one in news)
    mail["Subject"] = f"{sinks.site_name}：{len(news)}条提醒" + (f"，其中{alarms}条告警" if alarms else "")
    mail["From"] = sinks.mail_from or sinks.mail_user
    mail["To"] = ", ".join(sinks.mail_to)
    mail.set_content(
        "\n".join(
            f"{'【告警】' if one.alert.level == 'alarm' else '【提醒】'}{one.alert.message}"
            f"（{say_moment(one.raised_at)}起）"
            for one in news
        )
    )
    with _connect(sinks) as server:
        if sinks.mail_user:
            server.login(sinks.mail_user, sinks.mail_password)
        server.send_message(mail)


def _connect(sinks: Sinks) -> smtplib.SMTP:
    """Connect with TLS on port 465, by STARTTLS on 587, and in plain elsewhere (a relay beside us)."""
    context = ssl.create_default_context()
    if sinks.mail_port == 465:
        return smtplib.SMTP_SSL(sinks.mail_host, sinks.mail_port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(sinks.mail_host, sinks.mail_port, timeout=_SECONDS)
    if sinks.mail_port == 587:
        server.starttls(context=context)
    return server
