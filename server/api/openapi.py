"""The OpenAPI 3.1 document, made from the routes and their forms."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.api.route import Route

_REF: Final = "#/components/schemas/{model}"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_PROBLEM: Final[Mapping[str, Any]] = {
    "type": "object",
    "description": "problem+json (RFC 9457)",
    "required": ["type", "title", "status", "detail", "code", "field", "errors", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "a sentence in Chinese"},
        "code": {"type": "string", "description": "for programs"},
        "field": {"type": "string", "description": "the field at fault, its steps joined by dots"},
        "errors": {
            "type": "array",
            "description": "every refusal, when there are several",
            "items": {
                "type": "object",
                "required": ["code", "field", "detail"],
                "properties": {name: {"type": "string"} for name in ("code", "field", "detail")},
            },
        },
        "request_id": {"type": "string"},
    },
}
_UPLOAD: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}


def openapi_document(routes: Iterable[Route]) -> bytes:
    """Give the document as JSON; the same routes give the same bytes."""
    routes = tuple(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Tongfa 同发",
            "version": "1",  # the v1 of the addresses; it changes when an answer loses something
            "description": "Publish once, live on every channel, counted exactly.",
        },
        "paths": paths,
        "components": {
            "schemas": {**_schemas(routes), "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _schemas(routes: tuple[Route, ...]) -> dict[str, Any]:
    forms = dict.fromkeys(route.form for route in routes if route.form)
    answers = dict.fromkeys(route.answer for route in routes if route.answer)
    shapes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((form, "validation") for form in forms),
        # A form goes in and an answer comes out: no model is both, so none has two shapes.
        *((answer, "serialization") for answer in answers),
    ]
    _, told = models_json_schema(shapes, ref_template=_REF)
    return dict(told["$defs"])


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__module__.rpartition(".")[2] + "_" + route.handler.__name__,
        "summary": route.summary,
        "description": f"权限：{route.who}",
        "tags": [route.handler.__module__.rpartition(".")[2]],
        "parameters": [*_places(route.path), *(_parameters(route.query) if route.query else ())],
        "responses": _responses(route),
        "security": [] if route.who == "anyone" else [{"token": []}],
    }
    body = _body(route)
    if body is not None:
        operation["requestBody"] = body
    return operation


def _places(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PLACE.findall(path)
    ]


def _parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema = query.model_json_schema(ref_template=_REF)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": told}
        for name, told in schema["properties"].items()
    ]


def _body(route: Route) -> dict[str, Any] | None:
    if route.takes == "form":
        return {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}
    if route.form is None:
        return None
    required = any(field.is_required() for field in route.form.model_fields.values())
    return {"required": required, "content": {"application/json": {"schema": _ref(route.form.__name__)}}}


def _responses(route: Route) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "好"}
    if route.answer is not None:
        good["content"] = {"application/json": {"schema": _ref(route.answer.__name__)}}
    for media_type in route.files:
        good.setdefault("content", {})[media_type] = {"schema": {"type": "string", "format": "binary"}}
    refused = {
        "description": "被拒绝",
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }
    return {str(status): good for status in (route.status, *route.also)} | {"4XX": refused, "5XX": refused}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=name)}
