"""Search on both databases against a sum of our own: the same lines in the same order, whatever was written.

What has every term is found: Chinese words anywhere, others as whole words, brackets and widths alike.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.characters import one_line
from channels.words import is_exact, plain, terms_of, wanted_words, words_of
from server.core.catalogue import line_of, read_changes
from server.core.contents import content_of_release
from server.core.search import search
from server.store import catalogue
from server.store import search as words
from server.store.catalogue import Change, Filters, Line, find_hits, replace_line
from server.store.tx import Tx
from tests.house import SITE, open_house

# Rare characters, digits of other kinds, marks that combine, and what SQL or an index reads as a sign.
SIGNS = (
    "医医医保保低社保障〇々年号12 12 aAbB éßİıǅ𬒈𰻝ᠮᠣᠩ\u180b\u0301 ½²ﬁⅷ〔[（２０ＡｂかナЖ한"
    "%_'\"*\\-:&|!()^~.·，、\u3000\u200d🐎"
)
ITEMS, ROUNDS, QUESTIONS = 3, 10, 10


def a_text(dice: random.Random, longest: int) -> str:
    return one_line("".join(dice.choice(SIGNS) for _sign in range(dice.randint(1, longest))))


def a_question(dice: random.Random, lines: list[Line]) -> str:
    """Give words that were made up, or a piece of what was written: else nearly nothing would be found."""
    if dice.random() < 0.3:
        return a_text(dice, 5)
    text = dice.choice(lines).text
    start = dice.randrange(len(text))
    return text[start : start + dice.randint(1, 4)]


def has(text: str, term: str) -> bool:
    there = words_of(text)
    every = all(
        any(one.startswith(word) if longer else one == word for one in there)
        for word, longer in wanted_words(term)
    )
    return every and (is_exact(term) or term in text)


def expected(lines: list[Line], asked: str, year: int | None) -> list[str]:
    terms = terms_of(asked)
    found = [
        line
        for line in lines
        if terms and all(has(line.text, term) for term in terms) and year in (None, line.year)
    ]

    def rank(line: Line) -> tuple[int, float, str]:
        score = sum(3 * (term in line.number) + 2 * (term in line.title) for term in terms)
        whole = 100 * (" ".join(terms) in (line.title, line.number))
        return score + whole, line.published_at.timestamp(), line.item_id

    return [line.item_id for line in sorted(found, key=rank, reverse=True)]


async def _first_lines(tx: Tx) -> list[Line]:
    hits = (await find_hits(tx, ("通知",), Filters(), in_title=False, limit=ITEMS)).hits
    assert len(hits) == ITEMS
    return [
        line_of(
            await content_of_release(tx, hit.release_id, SITE, at=hit.published_at),
            hit.release_id,
        )
        for hit in hits
    ]


async def test_what_is_found_and_in_which_order_follows_from_the_texts_alone(
    store, now, new_id, monkeypatch: pytest.MonkeyPatch
):
    dice, wrong, filled = random.Random(20261129), [], 0
    async with open_house(store, now, new_id) as house:
        for number in range(ITEMS):
            await house.published(title=f"通知{number}", document_number=None)
        await read_changes(house.place)
        async with store.read() as tx:
            lines = await _first_lines(tx)
    for turn in range(ROUNDS):
        monkeypatch.setattr(words, "_COMMON", 2000 if turn % 2 else 0)  # words of many lines, and of few
        monkeypatch.setattr(catalogue, "_NEAR", 3000 if turn % 4 < 2 else 0)  # and of the newest alone
        made = []
        for line in lines:
            title, number, body = a_text(dice, 8) or "题", a_text(dice, 6), a_text(dice, 40)
            at = line.published_at + timedelta(seconds=dice.randrange(3))  # some of the same second
            made.append(
                replace(
                    line, title=plain(title), number=plain(number), year=dice.choice((2025, 2026)),
                    text=plain(one_line(f"{title}\n{number}\n{body}")), published_at=at,
                )
            )  # fmt: skip
        async with store.begin() as tx:
            for line in made:
                await replace_line(tx, Change(line.item_id, line.published_at, 0), line)
        async with store.read() as tx:
            for _question in range(QUESTIONS):
                asked, year = a_question(dice, made), dice.choice((None, None, 2026))
                found = [hit.item_id for hit in (await search(tx, asked, Filters(year=year))).hits]
                filled += bool(found)
                if found != expected(made, asked, year):
                    wrong.append((asked, year, found, [line.text for line in made]))
    assert wrong == []
    assert filled > ROUNDS * QUESTIONS / 4  # or the questions ask for nothing
