"""Files and functions stay small enough to read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

WEBAPP = Path(__file__).parents[2] / "webapp"
MOST_LINES_A_FILE = 300
MOST_LINES_A_FUNCTION = 40


def test_a_file_holds_one_idea() -> None:
    long = [str(path) for path in WEBAPP.rglob("*.py") if _lines(path) > MOST_LINES_A_FILE]
    assert long == []


def test_a_function_can_be_read_at_a_glance() -> None:
    assert list(_long_functions()) == []


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _long_functions() -> Iterator[str]:
    for path in WEBAPP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > MOST_LINES_A_FUNCTION:
                    yield f"{path.relative_to(WEBAPP)}: {node.name} has {length} lines"
