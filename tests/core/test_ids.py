"""Ids sort by time and never repeat."""

import subprocess
import sys
import threading

from hypothesis import given
from hypothesis import strategies as st

from server.core.ids import encode_id, new_id

times = st.integers(0, 2**45 - 1)
chances = st.integers(0, 2**35 - 1)


@given(times, chances, times, chances)
def test_an_older_id_sorts_first(one: int, chance: int, other: int, another: int):
    if one < other:
        assert encode_id(one, chance) < encode_id(other, another)


@given(times, chances)
def test_an_id_is_sixteen_letters_that_need_no_escaping(time: int, chance: int):
    written = encode_id(time, chance)
    assert len(written) == 16
    assert written.isascii()
    assert written.isalnum()


def test_ten_thousand_ids_are_all_different():
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_threads_make_ids_of_their_own():
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(_chances(300))) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1200


def test_a_forked_process_makes_ids_of_its_own():
    told = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    here, there = (line.split() for line in told.stdout.splitlines())
    assert len(here) == 100
    assert set(here).isdisjoint(there)


FORKED = """
import os
from server.core.ids import new_id
new_id()
child = os.fork()
if child:
    os.waitpid(child, 0)
print(*(new_id()[9:] for _id in range(100)), flush=True)
"""


def _chances(count: int) -> list[str]:
    """Give what chance gave ids: their time may be the same."""
    return [new_id()[9:] for _id in range(count)]
