"""What the acts given to `Store.write` wait for, read from the source."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

_OF_THE_TRANSACTION = frozenset({"tx", "connection"})
"""What a transaction is called: whatever is asked of it may be waited for."""


@dataclass
class Module:
    """A module's functions and methods by name, and where its other names come from."""

    name: str
    tree: ast.Module
    functions: dict[str, list[ast.AsyncFunctionDef]] = field(default_factory=dict)
    methods: dict[str, list[ast.AsyncFunctionDef]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sort(self.tree, in_class=False)

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        return {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }

    def _sort(self, parent: ast.AST, *, in_class: bool) -> None:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, ast.AsyncFunctionDef):
                (self.methods if in_class else self.functions).setdefault(node.name, []).append(node)
            elif isinstance(node, ast.FunctionDef):  # one that makes acts
                made = [inner for inner in ast.walk(node) if isinstance(inner, ast.AsyncFunctionDef)]
                (self.methods if in_class else self.functions).setdefault(node.name, []).extend(made)
            self._sort(node, in_class=isinstance(node, ast.ClassDef))


class Acts:
    """All acts of some modules, followed through whatever they wait for."""

    def __init__(self, sources: Mapping[str, str], *, trusted: Iterable[str] = ()) -> None:
        """Take sources by the names of their modules; what a trusted one waits for is not looked at."""
        self._modules = {name: Module(name, ast.parse(text)) for name, text in sources.items()}
        self._trusted = frozenset(trusted)
        self._seen: set[tuple[str, int]] = set()
        self.count = 0
        self.foreign: set[str] = set()
        for module in self._modules.values():
            for act, given in _acts_in(module.tree):
                self.count += 1
                self._follow(module, act, given=given)

    @property
    def followed(self) -> int:
        """How many functions were read."""
        return len(self._seen)

    def _follow(self, module: Module, waited: ast.expr, *, given: frozenset[str]) -> None:
        called = waited.func if isinstance(waited, ast.Call) else waited
        match called:
            case ast.Name(id=name) if name in given:
                return  # handed in: what it is does not stand here
            case ast.Name(id=name) if found := self._named(module, name):
                pass
            case ast.Attribute(value=ast.Name(id=owner)) if owner in _OF_THE_TRANSACTION:
                return
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in module.methods:
                found = (module, module.methods[name])
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if found := self._of(module, owner, name):
                pass
            case _:
                self.foreign.add(f"{module.name}:{waited.lineno} {ast.unparse(waited)}")
                return
        for function in found[1]:
            self._read(found[0], function)

    def _read(self, module: Module, function: ast.AsyncFunctionDef) -> None:
        place = (module.name, function.lineno)
        if place in self._seen or module.name in self._trusted:
            return
        self._seen.add(place)
        for waited in _waits_of(function):
            self._follow(module, waited, given=_given_to(function))

    def _named(self, module: Module, name: str) -> tuple[Module, list[ast.AsyncFunctionDef]] | None:
        if module.functions.get(name):
            return module, module.functions[name]
        origin, original = module.imports.get(name, ("", ""))
        return self._named(self._modules[origin], original) if origin in self._modules else None

    def _of(self, module: Module, owner: str, name: str) -> tuple[Module, list[ast.AsyncFunctionDef]] | None:
        imported = ".".join(module.imports.get(owner, ()))
        return self._named(self._modules[imported], name) if imported in self._modules else None


def _acts_in(tree: ast.AST, given: frozenset[str] = frozenset()) -> Iterator[tuple[ast.expr, frozenset[str]]]:
    """Give each act, and what is handed in to whoever writes it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _acts_in(node, given | _given_to(node))
            continue
        yield from _acts_in(node, given)
        match node:
            case ast.Call(func=ast.Attribute(value=store, attr="write"), args=[act]) if _is_store(store):
                match act:
                    case ast.Lambda(body=body):
                        yield body, given
                    case ast.Call(func=ast.Name(id="partial"), args=[function, *_]):
                        yield function, given
                    case _:
                        yield act, given


def _given_to(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    taken = function.args
    return frozenset(one.arg for one in (*taken.args, *taken.posonlyargs, *taken.kwonlyargs))


def _is_store(owner: ast.expr) -> bool:
    return ast.unparse(owner).rpartition(".")[2] in ("store", "_store")


def _waits_of(function: ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Give what a function itself waits for, and not what those within it do."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        match node:
            case ast.Await(value=waited):
                yield waited
            case ast.AsyncFor(iter=rows) if not isinstance(rows, ast.Await):
                yield rows
            case ast.AsyncWith(items=items):
                yield from (item.context_expr for item in items)
        waiting += ast.iter_child_nodes(node)
