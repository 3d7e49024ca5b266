"""The command carl-mm, which runs the tools wherever carl_mm is installed.

    carl-mm NAME ...

is ``python tools/NAME.py ...``, or that of a folder below it, with - or _ in names.
"""

import ast
import difflib
import os
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from carl_mm.apis.shipped_files import shipped

FOLDERS = ('', 'dataset_converters', 'model_converters')
# Of them the config may be named alone: those that carl_mm ships are found.
WITH_CONFIG = ('train', 'test')


def find_tools() -> dict[str, Path]:
    """Return the file of each tool by its name, with - between words."""
    folders = [shipped('tools') / folder for folder in FOLDERS]
    files = [file for folder in folders for file in sorted(folder.glob('*.py'))]
    return {
        file.stem.replace('_', '-'): file
        for file in files
        if not file.stem.startswith('_')
    }


def describe(file: Path) -> str:
    """Return the first line of a tool's docstring, without running the tool."""
    text = ast.get_docstring(ast.parse(file.read_text())) or ''
    return text.partition('\n')[0].partition(': python ')[0].rstrip('.')


def overview(tools: dict[str, Path]) -> str:
    """Return the help text: every tool and what it does."""
    width = max(map(len, tools))
    lines = [f'  {name:{width}}  {describe(file)}' for name, file in tools.items()]
    return '\n'.join(
        ['usage: carl-mm NAME ...', '', 'carl-mm NAME --help says more.', '', *lines]
    )


def find_config(name: str) -> str:
    """Return a config that is not there, but is among those that are shipped."""
    path = shipped('configs') / name
    return str(path) if not os.path.exists(name) and path.is_file() else name


def main(argv: Sequence[str] | None = None) -> int:
    """Run a tool; return the exit status, unless the tool ends by itself.

    Args:
        argv: The command line, by default `sys.argv` without its first entry.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    tools = find_tools()
    if not given or given[0] in ('-h', '--help'):
        sys.stdout.write(f'{overview(tools)}\n')
        return 0
    name = given.pop(0).replace('_', '-')
    if name not in tools:
        near = difflib.get_close_matches(name, tools, n=3)
        hint = f'do you mean {", ".join(near)}?' if near else 'carl-mm lists them'
        sys.stderr.write(f'error: there is no {name}; {hint}\n')
        return 2
    if name in WITH_CONFIG and given:
        given[0] = find_config(given[0])
    sys.argv = [f'carl-mm {name}', *given]
    runpy.run_path(str(tools[name]), run_name='__main__')
    return 0
