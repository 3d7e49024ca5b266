"""The mathematics stands alone: it imports no framework, nor the rest of carl_mm."""

import ast
import sys
from pathlib import Path

import pytest

import carl_mm.functional

ROOT = Path(carl_mm.functional.__file__).parent
ALLOWED = {'cv2', 'numba', 'numpy', 'scipy', 'sklearn', 'threadpoolctl', 'torch'}
# Names that went stay importable from there, with a warning.
DEPRECATED = 'carl_mm.deprecated'


def imported_modules(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield '.' * node.level + (node.module or '')


def is_allowed(name):
    root = name.split('.')[0]
    if root == 'carl_mm':
        return f'{name}.'.startswith('carl_mm.functional.') or name == DEPRECATED
    return root in ALLOWED or root in sys.stdlib_module_names


@pytest.mark.parametrize(
    'path', sorted(ROOT.rglob('*.py')), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_module_imports_no_framework(path):
    found = set(imported_modules(path.read_text()))
    assert {name for name in found if not is_allowed(name)} == set()


def test_the_test_can_fail():
    source = 'import mmengine.dist\nfrom carl_mm.models import x\nfrom . import y'
    found = [name for name in imported_modules(source) if not is_allowed(name)]
    assert found == ['mmengine.dist', 'carl_mm.models', '.']
