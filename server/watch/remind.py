"""Reminders: each alert goes out once for each level, by webhook or e-mail where the operator set one."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from server.core.days import say_moment
from server.store.alerts import AlertSeen, list_alerts, mark_told
from server.store.tx import Store
from server.watch.alerts import MOST
from server.watch.outbound import post_json

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

    @property
    def any(self) -> bool:
        """Say whether reminders go anywhere but to the console."""
        return bool(self.webhook or (self.mail_host and self.mail_to))


async def remind(store: Store, sinks: Sinks) -> int:
    """Send what was not told yet as one message; say how many alerts it told of.

    Where the sending fails nothing is marked, and the next run tries again; where the mark is lost the
    message goes out twice, which is better than never.
    """
    if not sinks.any:
        return 0
    async with store.read() as tx:
        news = tuple(one for one in await list_alerts(tx, limit=MOST) if not one.is_told)[:_AT_ONCE]
    if not news:
        return 0
    if sinks.webhook:
        await post_json(sinks.webhook, _as_json(news, sinks), internal=sinks.internal)
    if sinks.mail_host and sinks.mail_to:
        await asyncio.to_thread(_send_mail, news, sinks)
    await store.write(lambda tx: mark_told(tx, (one.alert for one in news)))
    return len(news)


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
