"""Drafts: an article and its pictures go into the box, are read back and found again (contract §4, §14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from channels.broadcasts import Gathered, Misfits
from channels.contract import CouldNotLook, NotAccepted, Outcome, OutcomeUnknown, Post, Refused
from channels.wechat.article import place_pictures, shown_pictures
from channels.wechat.calls import Calls, Reply
from channels.wechat.listing import Listed, find_listed, list_of_marks
from channels.wechat.outcomes import outcome_of
from channels.wechat.readback import loss_of
from channels.wechat.uploads import Cover, PictureUploads

AUTHOR: Final = 8
GONE: Final = 40007
_FIELDS: Final[Mapping[int, str]] = {
    45002: "content",
    45003: "title",
    45004: "digest",
    45005: "content_source_url",
    45110: "author",
}
_WAIT: Final = 60.0
_LOST: Final = "lost_in_draft"
_PAGES: Final = 2  # a draft that an earlier try left lies on top; an older one would merely lie there twice


@dataclass(frozen=True, slots=True)
class Article:
    """One article as `draft/add` takes it, and the cover that it names."""

    fields: Mapping[str, Any]
    cover: Cover


class Drafts:
    """The draft box of one account."""

    def __init__(self, calls: Calls, uploads: PictureUploads, *, author: str, reads_back: bool) -> None:
        """Take the account's calls and uploads, and who is named as author ("" for the organ).

        `reads_back` False trusts the platform to lose nothing.
        """
        self._calls, self._uploads = calls, uploads
        self._author, self._reads_back = author, reads_back

    async def article(self, post: Post) -> Article | Outcome:
        """Upload what an article shows and give its fields; nothing public happens."""
        addresses: dict[str, str] = {}
        for number, picture in enumerate(shown_pictures(post.html, post.content), start=1):
            uploaded = await self._uploads.body_picture(picture, number)
            if not isinstance(uploaded, str):
                return uploaded
            addresses[picture.sha256] = uploaded
        cover = await self._uploads.cover(post.pictures[0] if post.pictures else None)
        if not isinstance(cover, Cover):
            return cover
        fields = {
            "title": post.title,
            "author": _author(self._author or post.content.org.name),
            "digest": post.text,
            "content": place_pictures(post.html, addresses),
            "content_source_url": post.mark,
            "thumb_media_id": cover.media_id,
            "need_open_comment": 0,
            "only_fans_can_comment": 0,
            "pic_crop_235_1": cover.crops.wide,
            "pic_crop_1_1": cover.crops.square,
        }
        return Article(fields, cover)

    async def ready(self, post: Post) -> str | Outcome:
        """Give the media_id of a draft that holds all of the post: one of an earlier try, or a new one."""
        article = await self.article(post)
        if not isinstance(article, Article):
            return article
        draft = await self._find(post.mark)
        if isinstance(draft, CouldNotLook):
            return NotAccepted(_WAIT, draft.reason)
        if draft is not None:
            outcome = await self._checked(draft, article)
            if not _is_loss(outcome):
                return outcome
            # What was meant may have changed since: an interpretation that went live adds its link.
        added = await self._add([article])
        return await self._checked(added, article) if isinstance(added, str) else added

    async def gather(self, posts: Sequence[Post], left: str | None) -> Gathered | Misfits | Outcome:
        """Put posts into one draft, in their order, and read all of it back; an earlier try leaves none."""
        articles, refused = list[Article](), dict[int, Refused]()
        for number, post in enumerate(posts):
            article = await self.article(post)
            if isinstance(article, Article):
                articles.append(article)
            elif isinstance(article, Refused) and article.who_acts == "editor":
                refused[number] = article
            else:
                return article
        if refused:
            return Misfits(refused)
        draft = await self._left_over(articles, left)
        if draft is not None:
            return Gathered(draft) if isinstance(draft, str) else draft
        added = await self._add(articles)
        if not isinstance(added, str):
            return added
        lost = await self._losses(added, articles)
        if isinstance(lost, dict):
            return Misfits(lost) if lost else Gathered(added)
        return lost

    async def _left_over(self, articles: Sequence[Article], left: str | None) -> str | NotAccepted | None:
        """Give the draft of an earlier try that still says all of this; drop whatever else those tries left.

        A try that died over `draft/add` could not tell of its draft: the marks do. NotAccepted where the
        platform says neither what lies there nor that it is gone now: what lies there after the push stays.
        """
        marks = [str(one.fields["content_source_url"]) for one in articles]
        lying = await list_of_marks(self._calls, frozenset(marks), pages=_PAGES)
        if isinstance(lying, CouldNotLook):
            return NotAccepted(_WAIT, lying.reason)
        # Somebody may have taken an article out of it since.
        surplus = [left] if left is not None and all(one.id != left for one in lying) else []
        found: str | None = None
        for one in lying:
            is_same = [news.get("content_source_url") for news in one.news] == marks
            # Without reading back nobody knows whether it still says what it should.
            if found is None and is_same and self._reads_back and not await self._read_back(one.id, articles):
                found = one.id
            else:
                surplus.append(one.id)
        for draft in surplus:
            if not await self._is_out_of_the_way(draft):
                return NotAccepted(_WAIT, "以前存入的草稿没有删掉，先不群发")
        return found

    async def _is_out_of_the_way(self, media_id: str) -> bool:
        """Delete a draft; one that the platform never lets us delete is left to a person and stops none."""
        said = await self._calls.post("draft/delete", {"media_id": media_id})
        if not isinstance(said, Reply):
            return False
        return said.code in (0, GONE) or isinstance(outcome_of(said.body), Refused)

    async def is_there(self, media_id: str) -> bool | CouldNotLook:
        """Say whether a draft still lies in the box; publishing uses it up (§0.10)."""
        said = await self._calls.post("draft/get", {"media_id": media_id})
        if not isinstance(said, Reply) or said.code not in (0, GONE):
            return CouldNotLook("草稿箱没有给出结果")
        return said.code == 0

    async def delete(self, media_id: str) -> bool | None:
        """Delete a draft: True when it is gone now, False when it had gone before, None without an answer."""
        said = await self._calls.post("draft/delete", {"media_id": media_id})
        if not isinstance(said, Reply) or said.code not in (0, GONE):
            return None
        return said.code == 0

    async def _find(self, mark: str) -> str | CouldNotLook | None:
        found = await find_listed(self._calls, "draft/batchget", mark, since=None, pages=_PAGES)
        if isinstance(found, CouldNotLook):
            return found
        return found.id if isinstance(found, Listed) else None

    async def _add(self, articles: Sequence[Article]) -> str | Outcome:
        """Add a draft; without an answer it may be there, and a look finds it."""
        said = await self._calls.post("draft/add", {"articles": [one.fields for one in articles]})
        if not isinstance(said, Reply):
            return said
        if said.code == GONE:
            # Somebody deleted the cover from the library: the next try brings it anew.
            for one in articles:
                await self._uploads.forget(one.cover)
            return NotAccepted(_WAIT, "微信找不到以前上传的封面，将重新上传")
        if said.code:
            outcome = outcome_of(said.body)
            return _with_length(outcome, said.code, articles[0]) if len(articles) == 1 else outcome
        return said.id("media_id") or OutcomeUnknown("微信没有给出草稿编号")

    async def _checked(self, media_id: str, article: Article) -> str | Outcome:
        """Give the draft itself when it holds all of the article."""
        lost = await self._check(media_id, article) if self._reads_back else None
        return media_id if lost is None else lost

    async def _check(self, media_id: str, article: Article) -> Outcome | None:
        """Read the draft back; a loss stops the delivery."""
        lost = await self._read_back(media_id, [article])
        return (lost.get(0) if lost else None) if isinstance(lost, dict) else lost

    async def _losses(self, media_id: str, articles: Sequence[Article]) -> dict[int, Refused] | Outcome:
        return await self._read_back(media_id, articles) if self._reads_back else {}

    async def _read_back(self, media_id: str, articles: Sequence[Article]) -> dict[int, Refused] | Outcome:
        """Give what each article of a draft has lost, by number; no draft with losses is left behind."""
        said = await self._calls.post("draft/get", {"media_id": media_id})
        if not isinstance(said, Reply):
            return NotAccepted(_WAIT, "草稿存好后读不回来，无法核对")
        if said.code == GONE:
            return NotAccepted(_WAIT, "草稿刚存好就不见了，将重新存入")
        news = said.rows("news_item")
        if said.code or not news or len(news) != len(articles):
            outcome = outcome_of(said.body) if said.code else None
            return (
                outcome if isinstance(outcome, NotAccepted) else NotAccepted(_WAIT, "草稿读不回来，无法核对")
            )
        losses = {n: loss_of(one.fields, news[n]) for n, one in enumerate(articles)}
        lost = {n: Refused(told, "editor", _LOST) for n, told in losses.items() if told is not None}
        if lost:
            await self.delete(media_id)
        return lost


def _author(name: str) -> str:
    """Give the author, or none: an organ's name that is cut is the name of another organ."""
    return name if len(name) <= AUTHOR else ""


def _with_length(outcome: Outcome, code: int, article: Article) -> Outcome:
    """Tell an editor how long the field is of which the platform complains."""
    field = _FIELDS.get(code)
    if field is None or not isinstance(outcome, Refused):
        return outcome
    return replace(outcome, reason=f"{outcome.reason}（现有{len(article.fields[field])}字）")


def _is_loss(outcome: str | Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.code == _LOST
