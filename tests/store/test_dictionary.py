"""server/store/dictionary.py: the list has one number that no change leaves as it was."""

import asyncio

from server.store.dictionary import WordRow, delete_word, dictionary_serial, list_words, put_words
from server.store.tx import Store, Tx
from tests.conftest import Hand, Ids


def a_row(word: str) -> WordRow:
    return WordRow(word, "", "", "blocking", "any", "sensitive", "")


async def serial_of(store: Store) -> int:
    async with store.read() as tx:
        return await dictionary_serial(tx)


async def test_a_removal_counts_and_the_next_word_gets_a_number_of_its_own(
    store: Store, now: Hand, new_id: Ids
):
    seen = [await serial_of(store)]
    for word in ("旧名局", "新名局"):
        async with store.begin() as tx:
            given = await put_words(tx, [a_row(word)], ids=[new_id()], by=None, at=now())
        seen.append(await serial_of(store))
        assert given == seen[-1]
        async with store.begin() as tx:
            assert await delete_word(tx, word, "any")
        seen.append(await serial_of(store))
    assert seen == [0, 1, 2, 3, 4]


async def test_what_changes_nothing_counts_nothing(store: Store, now: Hand):
    async with store.begin() as tx:
        assert not await delete_word(tx, "没有的词", "any")
        assert await put_words(tx, [], ids=[], by=None, at=now()) == 0
    assert await serial_of(store) == 0


async def test_two_who_change_the_list_at_once_get_two_numbers(store: Store, now: Hand, new_id: Ids):
    async def put(word: str) -> int:
        async def act(tx: Tx) -> int:
            return await put_words(tx, [a_row(word)], ids=[new_id()], by=None, at=now())

        return await store.write(act)

    given = await asyncio.gather(*(put(f"词{n}") for n in range(6)))
    assert sorted(given) == [1, 2, 3, 4, 5, 6]
    async with store.read() as tx:
        assert len(await list_words(tx)) == 6
