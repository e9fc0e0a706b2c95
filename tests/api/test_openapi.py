"""server/api/openapi.py: the document is valid and tells every route there is."""

import json
import re

from openapi_spec_validator import validate

from server.api.openapi import openapi_document
from server.api.routes import ROUTES
from tests.api.conftest import Office

DOCUMENT = json.loads(openapi_document(ROUTES))


def test_the_document_is_valid_openapi():
    validate(DOCUMENT)


async def test_the_document_is_served_to_anyone(office: Office):
    told = await office.get("/api/openapi.json", by=None)
    assert (told.status, told.json) == (200, DOCUMENT)


async def test_every_address_that_is_served_is_told(office: Office):
    served = set()
    for route in office.client.server.app.router.routes():
        served.add((route.method, route.resource.canonical))
    told = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    # Platforms call these, by contracts of their own.
    served = {(method, path) for method, path in served if not path.startswith("/api/v1/callbacks/")}
    assert {(method, path) for method, path in served if method not in {"HEAD", "*"}} == told


def test_every_operation_has_an_id_of_its_own():
    ids = [one["operationId"] for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere():
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert references <= DOCUMENT["components"]["schemas"].keys()


def test_every_field_of_a_form_says_in_chinese_what_it_is():
    silent = [
        f"{name}.{field}"
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if name.endswith("In")
        for field, told in schema["properties"].items()
        if not re.search(r"[\u4e00-\u9fff]", told.get("title", ""))
    ]
    assert silent == []


def test_everything_but_the_door_asks_who_comes():
    doors = {
        path for path, methods in DOCUMENT["paths"].items() for one in methods.values() if not one["security"]
    }
    doors = {path for path in doors if not path.startswith("/api/v1/public/")}  # for everybody by design
    assert doors == {"/api/openapi.json", "/healthz", "/readyz", "/api/v1/sessions"}
