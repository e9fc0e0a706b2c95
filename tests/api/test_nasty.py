"""Every form of the API, with every field in turn replaced by what nobody sends in good faith.

Whatever comes, the answer is a refusal or a success, never a fault of the server, on either database.
"""

import json
from typing import Any

import pytest

from server.api.routes import ROUTES
from server.api.sessions import SessionIn
from server.forms.factors import ProofIn
from server.forms.passwords import PasswordIn
from server.forms.staff import ResetIn
from tests.api.conftest import DEPARTMENT, Office, an_item
from tests.house import CODE

NASTY: tuple[Any, ...] = (
    None, True, -1, 0, 10**40, 1.5, "", " ", "\0", "a\0b", "\x1b[31m", "长" * 20_000, "%s%n{0}${x}",
    "'; DROP TABLE items; --",
    "../../etc/passwd", "http://[", "http://a：b@c/", "\u202egnp.exe", "\ud800", "٣", "9999-12-31",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "NaN", [], {}, [[]], [None], [{}], {"a": {"b": []}}, {"\0": "\0"}, ["website"] * 300, ["\0"],
)  # fmt: skip
# The ones that found most; all of them come with the slow tests.
FEW = (None, -1, 10**40, "", "\0", "长" * 20_000, "http://[", "\ud800", "9999-12-31", [], {})
LATER = "2026-12-01T09:00:00+08:00"
GRANT = {"org": DEPARTMENT, "role": "author"}
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "OrgIn": ("admin", {"code": "000000051", "name": "x", "parent": CODE}),
    "PracticeIn": ("admin", {"org": CODE, "practice": False}),
    "PersonIn": ("admin", {"login": "x1", "name": "x", "password": "gerel-2026", "grants": [GRANT]}),
    "PersonRoleIn": ("admin", {"login": "clerk", **GRANT}),
    "MoveIn": ("admin", {"address": "/old.html", "target": "/new.html"}),
    "MoveGoneIn": ("admin", {"address": "/old.html"}),
    "TwinIn": ("author", {"twin_id": "0000000000000000"}),
    "WhoIn": ("admin", {"login": "clerk"}),
    "TokenIn": ("admin", {"name": "x", "person": "clerk", "only_role": "author", "days": 7}),
    "AccountIn": (
        "admin",
        {
            "org": CODE, "channel": "weibo", "slug": "x", "name": "x", "counted_as": "weibo",
            "settings": {"base_url": "http://127.0.0.1:1"}, "secret": {"a": "b"},
        },
    ),
    "ItemIn": ("admin", an_item(**dict.fromkeys(("topic", "genre", "source", "overview"), "x"),
                                index_number="x/1", validity="valid", attachments=[], statutory=[1],
                                language="zh-CN", joint_orgs=["x"],
                                overrides=[{"channel": "weibo", "account": "weibo", "title": "x"}])),
    "ApproveIn": ("chief", {"reason": "x"}),
    "ReturnIn": ("chief", {"reason": "x"}),
    "ReleaseIn": ("chief", {"accounts": ["website"], "change": "major", "not_before": LATER,
                             "urgent_reason": "x", "note": "x",
                             "unreviewed": {"reason": "暴雨预警", "review_by": LATER},
                             "left_out": [{"account": "weibo", "reason": "x"}],
                             "older_posts": [{"account": "weibo", "fate": "keep"}]}),
    "RescheduleIn": ("chief", {"not_before": LATER}),
    "WaiveIn": ("chief", {"reason": "x"}),
    "RunIn": ("admin", {"name": "x"}),
    "HoursIn": ("admin", {"account": "website", "window": "08:00-22:00"}),
    "BroadcastIn": ("admin", {"account": "wechat", "kind": "subscription", "slots": "每天 18:00"}),
    "OrderIn": ("chief", {"account": "wechat", "deliveries": ["x", "y"]}),
    "EmbargoIn": ("chief", {"until": LATER, "reason": "x"}),
    "NoticeIn": ("chief", {"ends_at": LATER, "then": "remove"}),
    "UrgentIn": ("chief", {"reason": "x"}),
    "DecisionIn": (
        "chief",
        {"verdict": "it_is_there", "link": "https://x.cn", "live_at": LATER, "tries": 1, "elsewhere": True},
    ),
    "TakenDownIn": ("author", {"proof": "x", "picture": "a" * 64}),
    "BudgetIn": ("admin", {"account": "website", "a_minute": 5, "a_day": 50}),
    "AccountActIn": ("admin", {"account": "website"}),
    "PermissionIn": ("admin", {"account": "website"}),
    "AccessIn": ("admin", {"account": "website", "settings": {"a": "b"}, "secret": {"a": "b"}}),
    "WaiverIn": ("author", {"finding": "0123456789abcdef", "reason": "确属公开内容"}),
    "MendIn": ("author", {"findings": ["0123456789abcdef"]}),
    "LocalDayGoneIn": ("admin", {"day": "2027-01-20"}),
    "SensitiveListIn": (
        "admin",
        {"days": [{"first": "2027-06-07", "last": "2027-06-10", "reason": "x", "weight": "warning"}]},
    ),
    "SensitiveGoneIn": ("admin", {"first": "2027-06-07", "last": "2027-06-10", "reason": "x"}),
    "WordGoneIn": ("admin", {"word": "x", "place": "any"}),
    "ColumnIn": (
        "admin",
        {"version": 0, "slug": "x", "name": "x", "type": "x", "description": "x", "in_menu": True,
         "org": CODE, "silent_days": 9, "parent": "zcwj"},
    ),
    "ColumnChangeIn": (
        "admin",
        {"version": 0, "name": "x", "type": "x", "description": "x", "address": "x", "is_open": True,
         "in_menu": True, "org": CODE, "silent_days": 9, "parent": "zcjd"},
    ),
    "ColumnOrderIn": ("admin", {"version": 0, "slugs": ["x", "y"]}),
    "ColumnMergeIn": ("admin", {"version": 0, "into": "x"}),
    "LevelsIn": ("admin", {"org": CODE, "kind": "any", "levels": [{"role": "reviewer", "name": "x"}]}),
    "AfterwardsIn": ("reviewer", {"decision": "approved", "reason": "x"}),
    "DeputyIn": (
        "admin",
        {"principal": "chief", "deputy": "reviewer", "begins_at": LATER, "ends_at": "2026-12-09T09:00:00Z",
         "reason": "x"},
    ),
    "ScratchIn": ("author", {"item": None, "base": 1, "after": 0, "fields": {"title": "x"}}),
    "TemplateIn": ("admin", {"org": CODE, "kind": "any", "column": "zcwj", "accounts": ["website"]}),
    "ReplacedIn": ("chief", {"item": "x"}),
    "WithdrawIn": ("chief", {"withdrawn_as": "wrong", "reason": "x", "replaced_by": "x"}),
    "EvidenceIn": (
        "author",
        {"place": "x", "shown_at": "2026-11-25T09:00:00Z", "shown_by": "x", "picture": "a" * 64, "note": "x"},
    ),
    "FiguresIn": ("admin", {"org": CODE, "figures": [{"key": "items", "value": "1", "source": "x"}]}),
    "RemindIn": ("chief", {"org": CODE, "orgs": None}),
    "MonthIn": ("chief", {"org": CODE, "month": 1}),
    "SnapshotIn": ("admin", {"org": CODE, "reason": "x"}),
    "MenuIn": ("admin", {"account": "wechat"}),
    "ReportItemIn": ("admin", {"org": CODE}),
    "FilingIn": ("admin", {"org": CODE, "move": "submit", "reason": "x"}),
    "CodeIn": ("author", {"code": "123456"}),
    "FollowIn": (
        "author",
        {"source_id": "x", "rule": "at_time", "working_days": 1, "at_clock": "09:00", "not_before": LATER},
    ),
}  # fmt: skip
# One route for each form; a password costs too much to try a thousand times (tests/api/test_sessions.py).
COSTLY = (SessionIn, PasswordIn, ResetIn, ProofIn)
SENT = tuple({route.form: route for route in ROUTES if route.form not in (None, *COSTLY)}.values())
UPLOADED = [route for route in ROUTES if route.takes == "form"]
NAMES = (
    b"\xff\xfe.csv",
    b"a%00b%ED%A0%80.csv",
    "长".encode() * 2000 + b".csv",
    "\u202egpj.docx".encode(),
    b"%0d%0aX: y.md",
)
FILES = (
    b'{"off_days": [{"date": "2027-01-01", "name": "\\ud800\\u0000"}], "source": "\\ud800"}',
    b'{"holiday_notices": {"' + b"9" * 5000 + b'": []}, "off_days": ["2027-01-01"]}',
    "错词,正确形式\n\x01误\x7f,\x1b正".encode(),
)
QUERIED = [route for route in ROUTES if route.query is not None]


# PostgreSQL is the stricter of the two about what it takes; the other one comes with the slow tests.
@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.slow), "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue({"sqlite": "sqlite_template", "postgresql": "postgres"}[request.param])
    return str(request.param)


def test_every_form_is_here():
    assert {route.form.__name__ for route in SENT if route.form} == FORMS.keys()


HOW_MANY = pytest.mark.parametrize(
    "values", [FEW, pytest.param(NASTY, marks=pytest.mark.slow)], ids=["few", "all"]
)


@HOW_MANY
@pytest.mark.parametrize("route", SENT, ids=lambda route: f"{route.method} {route.path}")
async def test_no_value_in_a_form_makes_a_fault_of_the_server(
    office: Office, route: Any, values: tuple[Any, ...]
):
    item = await office.item(kind="interpretation")
    if route.path.endswith(("/approve", "/return")):
        await office.post(f"/api/v1/items/{item['id']}/submit")
    path = route.path.format(
        item_id=item["id"], delivery_id="0", push_id="0", year="2026", slot="x1", slug="zcwj"
    )
    by, form = FORMS[route.form.__name__]
    assert form.keys() == route.form.model_fields.keys()
    faults = []
    for field in form:
        for nasty in values:
            reply = await office.call(
                route.method,
                path,
                {**form, field: nasty},
                by=by,
                headers={"Content-Type": "application/json"},
            )
            if reply.status >= 500:
                faults.append((field, repr(nasty)[:60], json.loads(reply.text)["code"]))
    assert faults == []


@HOW_MANY
@pytest.mark.parametrize("route", QUERIED, ids=lambda route: f"{route.method} {route.path}")
async def test_no_value_in_a_query_makes_a_fault_of_the_server(
    office: Office, route: Any, values: tuple[Any, ...]
):
    names = {field.alias or name for name, field in route.query.model_fields.items()}
    given = {"year": "2026"} if "year" in names else {"org": CODE} if "{year}" in route.path else {}
    path = route.path.replace("{year}", "2026")
    faults = []
    for name in names:
        for nasty in values:
            if (isinstance(nasty, str) and nasty.isprintable()) or nasty == "\0":
                reply = await office.call("GET", path, params={**given, name: nasty})
                if reply.status >= 500:
                    faults.append((name, nasty[:60]))
    assert faults == []


@pytest.mark.parametrize("route", UPLOADED, ids=lambda route: f"{route.method} {route.path}")
async def test_no_file_and_no_name_of_one_makes_a_fault_of_the_server(office: Office, route: Any):
    kind = {"Content-Type": "multipart/form-data; boundary=line"}
    asked = (
        {"org": CODE, "column": "zcwj", "kind": "policy", "openness": "open"}
        if "imports" in route.path
        else {}
    )
    faults = []
    for name, file in [*((name, FILES[0]) for name in NAMES), *((b"a.csv", file) for file in FILES)]:
        body = (
            b'--line\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n' + file
        )
        reply = await office.call(
            route.method, route.path, by="admin", params=asked, headers=kind, data=body + b"\r\n--line--\r\n"
        )
        if reply.status >= 500:
            faults.append((name[:20], file[:20], reply.text[-200:]))
    assert faults == []
