"""What the account's own server is told: messages and events as XML (contract wechat §5.6, §6.7, §8.4)."""

from dataclasses import dataclass
from datetime import datetime

from channels.sandbox.wechat.audience import GH_ID, HELPER
from channels.sandbox.wechat.book import Job, Push


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell; `openid` is the follower who did it, or the assistant of jobs."""

    openid: str
    xml: str


def message(openid: str, at: datetime, kind: str, rest: str) -> Event:
    """Give a message or event with its common fields before the `rest`."""
    head = f"<ToUserName>{cdata(GH_ID)}</ToUserName><FromUserName>{cdata(openid)}</FromUserName>"
    head += f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType>{cdata(kind)}</MsgType>"
    return Event(openid, f"<xml>{head}{rest}</xml>")


def said(openid: str, at: datetime, text: str, number: int) -> Event:
    """Give what a follower wrote."""
    return message(openid, at, "text", f"<Content>{cdata(text)}</Content><MsgId>{number}</MsgId>")


def happened(openid: str, at: datetime, name: str, key: str = "") -> Event:
    """Give `subscribe`, `unsubscribe`, `CLICK` or `VIEW`."""
    return message(openid, at, "event", f"<Event>{cdata(name)}</Event><EventKey>{cdata(key)}</EventKey>")


def job_finished(publish_id: int, job: Job, origin: str, at: datetime) -> Event:
    """Give PUBLISHJOBFINISH; several places are repeated elements, one is not a list."""
    status = job.status(at)
    inside = f"<publish_id>{publish_id}</publish_id><publish_status>{status}</publish_status>"
    if status == 0:
        items = "".join(
            f"<item><idx>{place}</idx><article_url>{cdata(f'{origin}/s/{key}')}</article_url></item>"
            for place, key in enumerate(job.keys, start=1)
        )
        inside += f"<article_id>{cdata(job.article_id)}</article_id>"
        inside += f"<article_detail><count>{len(job.keys)}</count>{items}</article_detail>"
    else:
        inside += "".join(f"<fail_idx>{place}</fail_idx>" for place in range(1, len(job.articles) + 1))
    rest = f"<Event>{cdata('PUBLISHJOBFINISH')}</Event><PublishEventInfo>{inside}</PublishEventInfo>"
    return message(HELPER, at, "event", rest)


def push_finished(push_id: int, push: Push, origin: str) -> Event:
    """Give MASSSENDJOBFINISH; the id is spelt `MsgID` here."""
    sent = len(push.readers) if push.is_good() else 0
    total = len(push.readers) + push.filtered
    items = "".join(
        f"<item><ArticleIdx>{place}</ArticleIdx><ArticleUrl>{cdata(f'{origin}/s/{key}')}</ArticleUrl></item>"
        for place, key in enumerate(push.keys, start=1)
    )
    rest = f"<Event>{cdata('MASSSENDJOBFINISH')}</Event><MsgID>{push_id}</MsgID>"
    rest += f"<Status>{cdata(push.status)}</Status>"
    rest += f"<TotalCount>{total}</TotalCount><FilterCount>{len(push.readers)}</FilterCount>"
    rest += f"<SentCount>{sent}</SentCount><ErrorCount>{len(push.readers) - sent}</ErrorCount>"
    rest += "<CopyrightCheckResult><Count>0</Count><ResultList></ResultList>"
    rest += f"<CheckState>{_CHECKS.get(push.status, 1)}</CheckState></CopyrightCheckResult>"
    if push.is_good():
        listed = f"<Count>{len(push.keys)}</Count><ResultList>{items}</ResultList>"
        rest += f"<ArticleUrlResult>{listed}</ArticleUrlResult>"
    return message(HELPER, push.done_at(), "event", rest)


def cdata(text: str) -> str:
    """Give text as CDATA, which its own end mark cannot end."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


# 1 no original found, 2 sent needs a decision, 3 refused (contract §6.7).
_CHECKS = {"err(30001)": 3, "err(30002)": 3, "err(30003)": 2}
