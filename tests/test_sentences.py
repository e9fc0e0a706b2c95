"""Chinese sentences carry Chinese punctuation, as GB/T 15834 has it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
# The report quotes statutory forms, whose own row names stand with half-width brackets.
QUOTING = HERE / "server" / "report"
# Not yet mended: whoever changes the sentences of this one takes it out of here.
LATER = (HERE / "channels" / "weibo",)
HAN = "[\u4e00-\u9fff”》」〕]"
HALF_WIDTH = re.compile(rf"{HAN}[,:;!?(]|[,:;!?)(]{HAN}")
# Patterns, and what is to be typed as it stands.
NO_SENTENCE = re.compile(r"\(\?|\]\{\d|^!|date,kind,name|off/work|行数:摘要")


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Give the texts of a module, its docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def test_sentences_carry_chinese_punctuation():
    wrong = []
    for folder in ("channels", "scheduler", "server"):
        for path in sorted((HERE / folder).rglob("*.py")):
            if not any(path.is_relative_to(left_out) for left_out in (QUOTING, *LATER)):
                wrong += [
                    f"{path.relative_to(HERE)}:{line}: {text}"
                    for line, text in sentences(path)
                    if HALF_WIDTH.search(text) and not NO_SENTENCE.search(text)
                ]
    assert wrong == []


def test_the_look_for_half_width_signs_can_find_one(tmp_path):
    path = tmp_path / "one.py"
    path.write_text('"""不看,这里。"""\nraise ValueError(f"不行:{1}")\n', encoding="utf-8")
    assert [text for _, text in sentences(path) if HALF_WIDTH.search(text)] == ["不行:"]
