"""The command ``carl-mm``: every tool by its name, wherever carl_mm is installed.

``carl-mm train ARGUMENTS`` is ``python tools/train.py ARGUMENTS``. Nothing heavy is
imported here, so that the list of tools appears at once.
"""

import ast
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType

import carl_mm
from carl_mm.apis.cli import describe
from carl_mm.apis.shipped_files import shipped

GROUPS = {
    '': 'Tools:',
    'dataset_converters': 'Annotation files of data sets:',
    'model_converters': 'Checkpoints of others:',
}
USAGE = """usage: carl-mm NAME [ARGUMENTS]

carl-mm NAME --help tells a tool's arguments. Where a text says 'python tools/NAME.py',
'carl-mm NAME' does the same.
"""
MISUSED = 2  # argparse's status


def main(argv: Sequence[str] | None = None) -> int:
    """Run a tool, or list all.

    Args:
        argv: Name of a tool, and its arguments; by default the command line's.

    Returns:
        The exit status, if the tool does not end the process by its own.
    """
    name, *args = (sys.argv[1:] if argv is None else argv) or ['--help']
    try:
        known = tools()
        if name in ('-h', '--help'):
            sys.stdout.write(overview())
            return 0
    except (OSError, SyntaxError) as error:
        sys.stderr.write(f'error: {describe(error)}\n')
        return 1
    if name == '--version':
        sys.stdout.write(f'carl-mm {carl_mm.__version__}\n')
        return 0
    called = name.replace('_', '-')
    if called not in known:
        near = ' or '.join(get_close_matches(called, known))
        advice = f'did you mean {near}?' if near else '`carl-mm` lists all'
        sys.stderr.write(f'error: no tool {name!r}; {advice}\n')
        return MISUSED
    _run(known[called], f'carl-mm {called}', args)
    return 0


def tools() -> dict[str, Path]:
    """Return the files of all tools by their names, group by group.

    Raises:
        FileNotFoundError: The tools are not where they were installed.
    """
    root = shipped('tools')
    return {
        path.stem.replace('_', '-'): path
        for group in GROUPS
        for path in sorted((root / group).glob('*.py'))
    }


def overview() -> str:
    """Return how `main` is called, and every tool with what it is for.

    Raises:
        OSError: A tool cannot be read.
    """
    known, root = tools(), shipped('tools')
    width = max(map(len, known)) + 2
    lines = [USAGE]
    for group, title in GROUPS.items():
        lines.append(title)
        for name, path in known.items():
            if path.parent == root / group:
                text = ast.get_docstring(ast.parse(path.read_bytes())) or ''
                first, *_ = text.splitlines() or ['']
                lines.append(f'  {name:{width}}{first}')
        lines.append('')
    return '\n'.join(lines)


def _run(path: Path, called: str, args: Sequence[str]) -> None:
    """Run a tool as the main module.

    As `runpy.run_path`, which would have the usage name the file instead.
    """
    module, before = ModuleType('__main__'), sys.modules['__main__']
    module.__file__ = str(path)  # for processes that it spawns
    sys.argv = [called, *args]
    sys.modules['__main__'] = module
    try:
        exec(compile(path.read_bytes(), str(path), 'exec'), module.__dict__)
    finally:
        sys.modules['__main__'] = before
