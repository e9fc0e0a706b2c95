"""What a face may ask for, under one AppKey. The wiring fills it; faces only read it."""

from collections.abc import Callable
from datetime import datetime

Now = Callable[[], datetime]
NewId = Callable[[], str]
