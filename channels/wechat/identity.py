"""The platform's id of a delivery, as a receipt keeps it: a draft, then a job, then an article (§12).

`draft:MEDIA_ID` while a person must publish, `JOB` while the platform publishes, `JOB/ARTICLE` when it has,
and `/ARTICLE` when only the article was seen. Whatever else stands there came from a person.
"""

from dataclasses import dataclass
from typing import Final

_DRAFT: Final = "draft:"


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of a delivery on the platform; "" is not known."""

    draft: str = ""
    job: str = ""
    article: str = ""

    def __str__(self) -> str:
        """Give it as the receipt keeps it."""
        if self.draft:
            return f"{_DRAFT}{self.draft}"
        return f"{self.job}/{self.article}" if self.article else self.job


def job_key(article_id: str) -> str:
    """Give the key under which the job of an article is remembered (channels.contract.Uploads)."""
    return f"job/{article_id}"


def read_identity(text: str) -> Identity:
    """Read what a receipt keeps; an id of earlier times or a person's makes one of which nothing is known."""
    if text.startswith(_DRAFT):
        return Identity(draft=text.removeprefix(_DRAFT))
    job, _, article = text.partition("/")
    return Identity(job=job if job.isascii() and job.isdigit() else "", article=article)
