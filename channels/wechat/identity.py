"""The platform's id of a delivery, as a receipt keeps it: a draft, then a job, then an article (§12).

`draft:MEDIA_ID` while a person must publish, `JOB` while the platform publishes, `JOB/ARTICLE` when it has,
`/ARTICLE` when only the article was seen, and `push:JOB#NUMBER` for an article of a push, which the platform
knows by no other name. Whatever else stands there came from a person.
"""

from dataclasses import dataclass
from typing import Final

_DRAFT: Final = "draft:"
_PUSH: Final = "push:"


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of a delivery on the platform; "" is not known."""

    draft: str = ""
    job: str = ""
    article: str = ""
    push: str = ""
    number: int = 0  # of the article in its push, 1 is the first; 0 is the push itself

    def __str__(self) -> str:
        """Give it as the receipt keeps it."""
        if self.draft:
            return f"{_DRAFT}{self.draft}"
        if self.push:
            return f"{_PUSH}{self.push}#{self.number}" if self.number else f"{_PUSH}{self.push}"
        return f"{self.job}/{self.article}" if self.article else self.job


def job_key(article_id: str) -> str:
    """Give the key under which the job of an article is remembered (channels.contract.Uploads)."""
    return f"job/{article_id}"


def read_identity(text: str) -> Identity:
    """Read what a receipt keeps; an id of earlier times or a person's makes one of which nothing is known."""
    if text.startswith(_DRAFT):
        return Identity(draft=text.removeprefix(_DRAFT))
    if text.startswith(_PUSH):
        push, _, number = text.removeprefix(_PUSH).partition("#")
        if push.isascii() and push.isdigit():
            return Identity(push=push, number=int(number) if number.isascii() and number.isdigit() else 0)
    job, _, article = text.partition("/")
    return Identity(job=job if job.isascii() and job.isdigit() else "", article=article)
