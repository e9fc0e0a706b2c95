"""How the house is built: sizes, names, and what must never stand in the repository."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("channels", "scheduler", "server")
SOURCES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if path.stat().st_size and "migrations" not in path.parts
)
DRAWERS = {"utils", "helpers", "common", "manager", "base", "misc", "tools", "lib"}
EMPTY_VERBS = {"process", "handle", "do", "data", "info"}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "ignore")


def test_no_file_is_longer_than_400_lines():
    assert [str(path) for path in SOURCES if len(path.read_text().splitlines()) > 400] == []


def test_files_are_short_as_a_rule():
    lines = [len(path.read_text().splitlines()) for path in SOURCES]
    assert median(lines) <= 130
    assert quantiles(lines, n=10)[-1] <= 300


def test_no_function_is_longer_than_60_lines():
    assert [f"{path}:{node.name}" for path, node in functions() if length(node) > 60] == []


def test_functions_are_short_as_a_rule():
    lines = [length(node) for _path, node in functions()]
    assert median(lines) <= 10
    assert quantiles(lines, n=10)[-1] <= 30


def test_no_module_is_a_drawer():
    assert [str(path) for path in SOURCES if path.stem in DRAWERS] == []


def test_no_function_is_named_by_an_empty_verb():
    assert [f"{path}:{node.name}" for path, node in functions() if node.name in EMPTY_VERBS] == []


def test_no_value_shows_its_secret_when_it_is_written_down():
    """A value gets into logs and tracebacks by its repr."""
    secret = re.compile(r"(\w+_)?(secret|password|password_hash|aes_key|recovery_codes)|token")
    shown = []
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef) and not _hides_itself(node):
                shown += [
                    f"{path}:{node.name}.{ast.unparse(field.target)}"
                    for field in node.body
                    if isinstance(field, ast.AnnAssign)
                    and secret.fullmatch(ast.unparse(field.target))
                    and ast.unparse(field.annotation) != "bool"
                    and "repr=False" not in ast.unparse(field)
                ]
    assert shown == []


def _hides_itself(node: ast.ClassDef) -> bool:
    return any(isinstance(part, ast.FunctionDef) and part.name == "__repr__" for part in node.body)


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_opens_with_a_sentence(room: str):
    silent = [
        str(path)
        for path in SOURCES
        if path.is_relative_to(ROOT / room) and not ast.get_docstring(parsed(path))
    ]
    assert silent == []


def test_no_test_skips_or_expects_to_fail_without_a_reason():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "tests").rglob("*.py")
        for line in _marks_without_a_reason(ast.parse(path.read_text()))
    ]
    assert found == []


def _marks_without_a_reason(tree: ast.AST) -> list[int]:
    """Return the lines of skips and expected failures without a reason; ``skip("why")`` has it first."""
    nodes = list(ast.walk(tree))
    reasoned = {
        id(call.func)
        for call in nodes
        if isinstance(call, ast.Call)
        and (
            any(keyword.arg == "reason" for keyword in call.keywords)
            or (call.args and not _is_skipif(call.func))
        )
    }
    return [
        node.lineno
        for node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr in ("skip", "skipif", "xfail")
        and id(node) not in reasoned
    ]


def _is_skipif(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "skipif"


def test_nothing_names_a_path_of_a_machine():
    paths = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+)/")
    found = [str(path) for path in tracked() if path.name != "test_house.py" and paths.search(text_of(path))]
    assert found == []


def test_no_file_of_ours_reaches_out_of_the_repository():
    """What lies beside a working copy is not there for whoever clones it: such a test would never run."""
    reaching = []
    for path in (path for path in tracked() if path.suffix == ".py"):
        depth = len(path.relative_to(ROOT).parts) - 1
        if any(int(steps) > depth for steps in re.findall(r"parents\[(\d+)\]", text_of(path))):
            reaching.append(str(path))
    assert reaching == []


def test_no_browser_is_asked_by_eval():
    """Playwright waits by asking again with `eval`, which our policy forbids; only a slow machine tells."""
    waiting = "wait_for" + "_function"
    assert [str(path) for path in tracked() if path.suffix == ".py" and waiting in text_of(path)] == []


def test_no_test_gives_up_before_a_machine_with_much_to_do_has_answered():
    """A bound of a few seconds holds here and breaks elsewhere: count, or spend `time.process_time`."""
    bound = re.compile(r"asyncio\.timeout\((\d+(?:\.\d+)?)\)")
    soon = [
        f"{path.relative_to(ROOT)}: {seconds} s"
        for path in (ROOT / "tests").rglob("*.py")
        for seconds in bound.findall(text_of(path))
        if float(seconds) < 10
    ]
    assert soon == []


def test_whatever_module_document_or_function_a_text_of_ours_names_is_there():
    """`tx.py` and `store/tx.py:Store` in a document; in code, which cites others too, whole paths alone."""
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    cited = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.(?:py|md|sh))\b(?::([A-Za-z_]\w*))?")
    lost = []
    for path in (path for path in tracked() if path.suffix in (".md", ".py")):
        for name, part in cited.findall(text_of(path)):
            if path.suffix == ".py" and name.partition("/")[0] not in (*ROOMS, "deploy", "tests"):
                continue
            there = [ROOT / one for one in names if f"/{one}".endswith(f"/{name}")]
            written = re.compile(rf"(?:\b(?:class|def) {part}\b|^{part}\b.* =)", re.MULTILINE)
            if not there or (part and not any(written.search(text_of(one)) for one in there)):
                lost.append(f"{path.relative_to(ROOT)}: {name} {part}".rstrip())
    assert lost == []


def test_lock_files_name_no_host():
    locks = [path for path in tracked() if path.name in ("constraints.txt", "package-lock.json")]
    assert [str(path) for path in locks if "://" in text_of(path)] == []


def test_migrations_stand_in_one_line_in_the_order_of_their_numbers():
    """Two that were written side by side would both be the newest, and no database would come up."""
    says = re.compile(r'^(revision|down_revision)\b[^=]*= "(\d{4})"', re.MULTILINE)
    files = sorted((ROOT / "server/store/migrations/versions").glob("0*.py"))
    told = [dict(says.findall(path.read_text(encoding="utf-8"))) for path in files]
    numbers = [one["revision"] for one in told]
    assert [one.get("down_revision") for one in told] == [None, *numbers[:-1]]
