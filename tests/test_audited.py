"""Who did what: no way into the house that changes something passes the audit by."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.audited import WAYS_IN, WITHOUT_A_LINE, route_of, write_routes

SERVER = Path(__file__).parent.parent / "server"
NOTED = {"note", "note_opened", "add_lines"}


def test_what_leaves_no_line_is_a_route_and_has_a_reason():
    assert WITHOUT_A_LINE.keys() <= write_routes().keys()
    assert all(len(reason) > 10 for reason in WITHOUT_A_LINE.values())


def test_a_call_finds_its_route():
    assert route_of("POST", "/api/v1/accounts/pause?x=1") == "POST /api/v1/accounts/pause"
    assert route_of("POST", "/api/v1/items/0abc/submit") == "POST /api/v1/items/{item_id}/submit"
    assert route_of("GET", "/api/v1/items/0abc/submit") is None


def test_the_code_of_every_other_way_reaches_the_audit():
    calls = _calls()
    named = {f"{one.method} {one.path}": one.handler for one in WAYS_IN if one.method != "GET"}
    silent = [
        name
        for name, handler in named.items()
        if name not in WITHOUT_A_LINE
        and not _reached(f"{handler.__module__}.{handler.__name__}", calls) & NOTED
    ]
    assert silent == []


def test_the_look_for_silent_ways_can_find_one():
    calls = {
        "server.a.one": {"two"},
        "server.b.two": {"three"},
        "server.b.three": {"note"},
        "server.a.four": {"x"},
    }
    assert _reached("server.a.one", calls) & NOTED
    assert not _reached("server.a.four", calls) & NOTED


def _calls() -> dict[str, set[str]]:
    """Give for each function what it names: functions handed on are called as well."""
    calls: dict[str, set[str]] = {}
    for path in SERVER.rglob("*.py"):
        module = ".".join(path.relative_to(SERVER.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = list(ast.walk(node))
                names = {one.id for one in inside if isinstance(one, ast.Name)}
                names |= {one.attr for one in inside if isinstance(one, ast.Attribute)}
                calls[f"{module}.{node.name}"] = names
    return calls


def _reached(begin: str, calls: dict[str, set[str]]) -> set[str]:
    """Give every name that can be reached; of the same name in several modules, one's own goes first."""
    places = defaultdict(list)
    for place in calls:
        places[place.rpartition(".")[2]].append(place)
    reached: set[str] = set()
    waiting, seen = [begin], {begin}
    while waiting:
        place = waiting.pop()
        module = place.rpartition(".")[0]
        for name in calls.get(place, ()):
            reached.add(name)
            own = f"{module}.{name}"
            for other in [own] if own in calls else places[name]:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
    return reached
