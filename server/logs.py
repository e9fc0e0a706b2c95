"""How lines of the log look: one event a line, what piece of work it belongs to, and no secrets.

`structlog.contextvars.bound_contextvars(request_id=…)` or `(delivery_id=…)` puts the piece of work on every
line of it, child tasks included.
"""

import logging
import re
import sys
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET_KEY: Final = re.compile(
    r"pass(word|wd)?$|secret|^(.*_)?token$|authorization|cookie|private_key|encoding_?aes_?key", re.IGNORECASE
)
_SECRET_TEXT: Final = re.compile(
    r"((?:access_token|refresh_token|appsecret|client_secret|secret|password)=)[^&\s\"']+"
    r"|(Bearer\s+)[\w.~+/=-]+"
    r"|((?<!\w)\w{1,30}://[^/\s:@]{0,200}:)[^/\s@]+(?=@)"  # bounded: strangers' bad lines get here as well
    r"|(tf_[0-9A-Za-z]{1,64}_)[\w-]{20,}",  # a token of our own: the front says which, the rest is the secret
    re.IGNORECASE,
)
_STARS: Final = "***"


def configure_logs(
    level: Literal["debug", "info", "warning", "error"],
    form: Literal["console", "json"],
    *,
    stream: TextIO | None = None,
) -> None:
    """Set up both structlog and the standard library's logging, so that lines of libraries look the same."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_secrets,  # after the traceback became text
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form, handler)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("alembic", "aiosqlite", "asyncio"):
        logging.getLogger(noisy).setLevel(max(root.level, logging.WARNING))
    # It warns at every turn that finds a scan at work still: each two seconds, for as long as that takes.
    logging.getLogger("apscheduler").setLevel(max(root.level, logging.ERROR))


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what stands under a secret's name or looks like one."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: str, value: Any) -> Any:
    if _SECRET_KEY.search(key) and value is not None:
        return _STARS
    match value:
        case str():
            return _SECRET_TEXT.sub(lambda found: found[found.lastindex or 0] + _STARS, value)
        case dict():
            return {name: _hidden(str(name), inner) for name, inner in value.items()}
        case list() | tuple():
            return [_hidden("", inner) for inner in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return _hidden("", str(value))


def _renderer(form: Literal["console", "json"], handler: "logging.StreamHandler[TextIO]") -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    # Plain tracebacks: the pretty ones print local variables, secrets among them.
    return structlog.dev.ConsoleRenderer(
        colors=handler.stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
