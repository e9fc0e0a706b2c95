import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wechat.envelope import BadPush
from channels.wechat.pushes import (
    BroadcastEnded,
    Followed,
    JobEnded,
    Left,
    Other,
    Pressed,
    Push,
    What,
    Wrote,
    read_push,
)

HEAD = (
    "<ToUserName>gh_1</ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
    "<CreateTime>1481013459</CreateTime>"
)
LONG = "A" * 101
DONE = (
    "<PublishEventInfo><publish_id>2247503051</publish_id><publish_status>0</publish_status>"
    "<article_detail><count>1</count><item><idx>1</idx></item></article_detail></PublishEventInfo>"
)
FAILED = (
    "<PublishEventInfo><publish_id>7</publish_id><publish_status>2</publish_status>"
    "<fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>"
)


def read(inside: str) -> Push:
    return read_push(f"<xml>{HEAD}{inside}</xml>".encode())


def event(name: str, inside: str = "") -> Push:
    return read(f"<MsgType>event</MsgType><Event><![CDATA[{name}]]></Event>{inside}")


def text(content: str, number: str = "1") -> Push:
    return read(f"<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content><MsgId>{number}</MsgId>")


LINK = "http://mp.weixin.qq.com/s?__biz=a&mid=7&idx=2"
REPRINT = "微信认为与别的公众号声明原创的文章相同，不能群发"
RESULTS = (
    "<CopyrightCheckResult><Count>2</Count><ResultList>"
    "<item><ArticleIdx>1</ArticleIdx><CanReprint>0</CanReprint></item>"
    "<item><ArticleIdx>2</ArticleIdx><CanReprint>1</CanReprint></item>"
    "</ResultList><CheckState>2</CheckState></CopyrightCheckResult>"
    "<ArticleUrlResult><Count>3</Count><ResultList>"
    f"<item><ArticleIdx>2</ArticleIdx><ArticleUrl><![CDATA[{LINK}]]></ArticleUrl></item>"
    "<item><ArticleIdx>9</ArticleIdx><ArticleUrl>http://a.cn/</ArticleUrl></item>"
    "<item><ArticleIdx>1</ArticleIdx><ArticleUrl>javascript:alert(1)</ArticleUrl></item>"
    "</ResultList></ArticleUrlResult>"
)


@pytest.mark.parametrize(
    ("name", "inside", "what"),
    [
        ("subscribe", "<EventKey></EventKey>", Followed()),
        ("SUBSCRIBE", "<EventKey>qrscene_1</EventKey><Ticket>t</Ticket>", Followed()),
        ("unsubscribe", "", Left()),
        ("CLICK", "<EventKey>latest</EventKey>", Pressed("latest")),
        ("click", "<EventKey>latest</EventKey>", Pressed("latest")),
        ("CLICK", "", Other()),
        ("VIEW", "<EventKey>http://a.cn/</EventKey>", Other()),
        ("LOCATION", "<Latitude>1</Latitude>", Other()),
        (
            "PUBLISHJOBFINISH",
            DONE,
            JobEnded("2247503051"),
        ),
        (
            "PUBLISHJOBFINISH",
            FAILED,
            JobEnded("7"),
        ),
        ("PUBLISHJOBFINISH", "<PublishEventInfo><publish_id>x</publish_id></PublishEventInfo>", Other()),
        (
            "PUBLISHJOBFINISH",
            "<PublishEventInfo><publish_id>7</publish_id><article_id> A-_ </article_id></PublishEventInfo>",
            JobEnded("7", "A-_"),
        ),
        (
            "PUBLISHJOBFINISH",
            f"<PublishEventInfo><publish_id>7</publish_id><article_id>{LONG}</article_id></PublishEventInfo>",
            JobEnded("7"),
        ),
        (
            "MASSSENDJOBFINISH",
            "<MsgID>3147483649</MsgID><Status>send success</Status>",
            BroadcastEnded("3147483649", ""),
        ),
        (
            "MASSSENDJOBFINISH",
            f"<MsgID>7</MsgID><Status>err(30003)</Status>{RESULTS}",
            BroadcastEnded("7", "原创校验判定为转载，需要人来决定", ((2, LINK),), ((1, REPRINT),)),
        ),
    ],
)
def test_each_event_is_read(name: str, inside: str, what: What):
    assert event(name, inside).what == what


def test_a_text_is_read_without_its_edges():
    assert text("  医疗救助\n").what == Wrote("医疗救助")


def test_a_picture_is_a_word_without_text():
    assert read("<MsgType>image</MsgType><PicUrl>x</PicUrl><MsgId>1</MsgId>").what == Wrote("")


def test_a_repeated_message_has_the_same_key():
    assert text("甲", "5").key == text("甲", "5").key


def test_another_message_has_another_key():
    assert text("甲", "5").key != text("甲", "6").key


def test_events_of_one_second_are_told_apart_by_their_key():
    pressed = [event("CLICK", f"<EventKey>{key}</EventKey>").key for key in ("a", "b")]
    assert pressed[0] != pressed[1]


@pytest.mark.parametrize(
    "body",
    [
        b"<xml></xml>",
        b"<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><MsgType>text</MsgType></xml>",
        f"<xml>{HEAD}</xml>".encode(),
        f"<xml>{HEAD.replace('1481013459', '１')}<MsgType>text</MsgType></xml>".encode(),
        f"<xml>{HEAD.replace('o1', 'o' * 200)}<MsgType>text</MsgType></xml>".encode(),
    ],
)
def test_what_has_no_sender_or_kind_is_refused(body: bytes):
    with pytest.raises(BadPush):
        read_push(body)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=80))
def test_whatever_a_reader_writes_is_read_as_he_wrote_it(written: str):
    kept = written.replace("]]>", "]]]]><![CDATA[>").replace("\ufffe", "").replace("\uffff", "")
    assert text(kept).what == Wrote(written.replace("\ufffe", "").replace("\uffff", "").strip())
