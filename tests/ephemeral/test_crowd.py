"""server/ephemeral/crowd.py: so many stand somewhere, and nobody fills it alone."""

from contextlib import ExitStack

import pytest

from server.ephemeral.crowd import Crowded
from server.security.log_in import open_door


def test_so_many_have_their_passwords_looked_at_and_nobody_fills_the_door_alone():
    door = open_door()
    with ExitStack() as stack:
        for _ in range(16):
            stack.enter_context(door.joined("203.0.113.1"))
        with pytest.raises(Crowded):
            stack.enter_context(door.joined("203.0.113.1"))
        for number in range(2, 50):
            stack.enter_context(door.joined(f"203.0.113.{number}"))
        with pytest.raises(Crowded):
            stack.enter_context(door.joined("203.0.113.99"))
    with door.joined("203.0.113.1"):
        pass
