"""An approval is sealed to the very words it was given for (invariant 5)."""

import pytest

from server.core.problems import Problem
from tests.house import House


async def test_words_that_changed_under_an_approval_are_not_released(house: House):
    made = await house.item()
    async with house.store.begin() as tx:
        await tx.exec_driver_sql("UPDATE revisions SET content_hash = 'of other words'")
    with pytest.raises(Problem) as refused:
        await house.release(made.id)
    assert refused.value.code == "not_approved"
