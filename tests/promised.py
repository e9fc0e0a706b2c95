"""Every answer of the API is what its OpenAPI document promises: whoever calls it proves it by the way."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from server.api.openapi import openapi_document
from server.api.routes import ROUTES


@cache
def _document() -> Any:
    return json.loads(openapi_document(ROUTES))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {path: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))) for path in _document()["paths"]}


def _promise(method: str, path: str, status: int) -> Mapping[str, Any] | None:
    fitting = [template for template, pattern in _patterns().items() if pattern.fullmatch(path)]
    for template in sorted(fitting, key=lambda one: one.count("{")):
        operation = _document()["paths"][template].get(method.lower())
        if operation is not None:
            told = operation["responses"]
            return told.get(str(status)) or told.get(f"{status // 100}XX") or {}
    return None


@cache
def _validator(reference: str) -> Draft202012Validator:
    schema = {"$ref": reference, "components": _document()["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def hold_to_document(method: str, path: str, status: int, media_type: str, content: bytes) -> None:
    """Fail when an answer has a status, a media type or a shape that the document does not tell.

    Left alone are an address that the document does not know (a slip on purpose, a platform's callback), an
    answer that says "not changed", and what aiohttp's parser refuses before any route is looked for.
    """
    promise = _promise(method, path.partition("?")[0], status)
    unread = status == 400 and media_type == "text/plain"
    if promise is None or status == 304 or unread:
        return
    assert promise, f"{method} {path}: the document does not tell status {status}"
    told = promise.get("content", {})
    if not content:
        return
    assert media_type in told or "*/*" in told, f"{method} {path}: {media_type} is not among {sorted(told)}"
    reference = told.get(media_type, {}).get("schema", {}).get("$ref")
    if reference:
        wrong = [
            f"{'/'.join(map(str, one.absolute_path))}: {one.message}"
            for one in _validator(reference).iter_errors(json.loads(content))
        ]
        assert not wrong, f"{method} {path}: {wrong}"
