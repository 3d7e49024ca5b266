"""What the site needs beside Sphinx: the API reference and the included pages.

- ``.. public-names:: PACKAGE`` documents all names that a package exports, grouped by
  the folder that defines them. The build fails if an exported name is on no page.
- Docstrings are written with Markdown's backticks; they are made reStructuredText.
- Pages that are included from elsewhere in the repository link to files there. On the
  site those links lead to the site's own page, or become plain text.
"""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

REPOSITORY = Path(__file__).parents[1]
# Files of the repository that are pages of the site.
PAGES = {
    'README.md': 'index.md',
    'CHANGELOG.md': 'changelog.md',
    'CONTRIBUTING.md': 'contributing.md',
    'benchmarks/quality/quality.md': 'quality.md',
    'configs/README.md': 'reproduce.md',
}
LINK = re.compile(r'(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)')
# Doctests up to a blank line, and literal blocks: what is deeper than the line that
# ends in '::'.
VERBATIM = re.compile(
    r'^(?:( *>>> .*(?:\n.+)*)|( *).*::\n((?:\2 +.*\n|\s*\n)+))', re.MULTILINE
)
TABLE = re.compile(r'(?=^( *)\|)(?:^ *\|.*\|(?:\n|$))+', re.MULTILINE)
CODE = re.compile(r'(``[^`]+``|`[^`]+`)')
MARKUP = re.compile(r'(?<!^)\*(?! )|\||(?<=\w)_(?!\w)', re.MULTILINE)
logger = logging.getLogger(__name__)


def exporting_packages() -> Iterator[ModuleType]:
    """Yield the packages below carl_mm that say by ``__all__`` what they export.

    The page's package is none of them: it is used through tools/app.py.
    """
    root = REPOSITORY / 'carl_mm'
    for path in sorted(root.rglob('__init__.py')):
        inside = path.parent.relative_to(root).parts
        if inside and inside[0] != 'app':
            package = importlib.import_module('.'.join(['carl_mm', *inside]))
            if hasattr(package, '__all__'):
                yield package


def by_folder(package: ModuleType, names: list[str]) -> dict[str, list[str]]:
    """Group names that a package exports by the folder that defines them.

    Names that are defined elsewhere, or beside all folders, come last under ''.
    """
    groups: dict[str, list[str]] = {}
    for name in sorted(names, key=str.lower):
        home = getattr(getattr(package, name), '__module__', '')
        inside = home.removeprefix(f'{package.__name__}.').split('.')
        folder = inside[0] if home != '.'.join(inside) and len(inside) > 1 else ''
        groups.setdefault(folder, []).append(name)
    return dict(sorted(groups.items(), key=lambda group: (not group[0], group[0])))


class PublicNames(SphinxDirective):
    """Document every name that a package exports.

    With ``:beside: OTHER`` what the package OTHER exports too is left out.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {'beside': directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the nodes of all names, a section for each folder."""
        package = importlib.import_module(self.arguments[0])
        other = self.options.get('beside')
        elsewhere = importlib.import_module(other).__all__ if other else []
        chosen = [name for name in package.__all__ if name not in elsewhere]
        groups = by_folder(package, chosen)
        lines: list[str] = []
        for folder, names in groups.items():
            if len(groups) > 1:
                title = folder.replace('_', ' ').capitalize() or 'Others'
                lines += [title, '-' * len(title), '']
            for name in names:
                lines += _directive(f'{package.__name__}.{name}', package, name)
        return self.parse_text_to_nodes('\n'.join(lines), allow_section_headings=True)


def _directive(full_name: str, package: ModuleType, name: str) -> list[str]:
    value = getattr(package, name)
    if inspect.isclass(value):
        return [f'.. autoclass:: {full_name}', '   :members:', '']
    kind = 'autofunction' if callable(value) else 'autodata'
    return [f'.. {kind}:: {full_name}', '']


def check_all_documented(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each exported name that is on no page; ``-W`` makes this an error."""
    documented = [_value_of(name) for name in env.domains['py'].data['objects']]
    known = {id(value) for value in documented if value is not None}
    for package in exporting_packages():
        for name in package.__all__:
            value = getattr(package, name)
            if not inspect.ismodule(value) and id(value) not in known:
                logger.warning(
                    '%s.%s is exported, but in no page of docs/api',
                    package.__name__,
                    name,
                )


def _value_of(full_name: str) -> Any:
    """Return what a dotted name stands for, None if it is no name of Python's."""
    parts = full_name.split('.')
    try:
        value: Any = importlib.import_module(parts[0])
        for count, name in enumerate(parts[1:], start=2):
            if not hasattr(value, name):
                importlib.import_module('.'.join(parts[:count]))
            value = getattr(value, name)
    except (ImportError, AttributeError, ValueError):
        return None
    return value


def to_rst(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Turn a docstring's Markdown code into reStructuredText, in place.

    Examples and formulas in literal blocks stay as they are, and tables become such
    blocks. Elsewhere characters that reStructuredText gives a meaning, as in
    ``|a - b|``, stand for themselves.
    """
    text = TABLE.sub(_as_literal_block, '\n'.join(lines))
    done, end = '', 0
    for block in VERBATIM.finditer(text):
        start = block.start(1 if block[1] else 3)
        done += _prose_to_rst(text[end:start]) + text[start : block.end()]
        end = block.end()
    lines[:] = (done + _prose_to_rst(text[end:])).split('\n')


def _as_literal_block(table: re.Match[str]) -> str:
    return f'{table[1]}::\n\n{indent(table[0], "    ")}\n'


def _prose_to_rst(text: str) -> str:
    parts = CODE.split(text)
    for place, part in enumerate(parts):
        if place % 2 == 0:
            parts[place] = MARKUP.sub(r'\\\g<0>', part)
        else:
            ends_word = not re.match(r'\w', parts[place + 1])
            parts[place] = f'``{part.strip("`")}``' + ('' if ends_word else r'\ ')
    return ''.join(parts)


def resolve(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, text: nodes.Element
) -> nodes.Node | None:
    """Link a type to the name under which it is exported, or leave it as text.

    Roles in pages (``{func}``, ``{class}``) have literal text: of those an unknown name
    stays an error.
    """
    if node.get('refdomain') != 'py':
        return None
    value = _value_of(node['reftarget'])
    for package in exporting_packages():
        for name in package.__all__:
            if value is not None and getattr(package, name) is value:
                domain, target = env.domains['py'], f'{package.__name__}.{name}'
                found = domain.resolve_any_xref(
                    env, node['refdoc'], app.builder, target, node, text
                )
                if found:
                    return found[0][1]
    return None if isinstance(text, nodes.literal) else text


def retarget_links(app: Sphinx, path: Path, parent: str, content: list[str]) -> None:
    """Make the links of an included page right for the site."""
    folder = (app.srcdir / path).resolve().parent

    def replace(found: re.Match[str]) -> str:
        text, target, anchor = found[1], found[2], found[3] or ''
        file = (folder / target).resolve().relative_to(REPOSITORY).as_posix()
        if file in PAGES:
            return f'[{text}]({PAGES[file]}{anchor})'
        if file.startswith('docs/'):
            return f'[{text}]({file.removeprefix("docs/")}{anchor})'
        return text if text.startswith('`') else f'`{file}`'

    content[0] = LINK.sub(replace, content[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything with Sphinx."""
    app.add_directive('public-names', PublicNames)
    app.connect('autodoc-process-docstring', to_rst, priority=400)
    app.connect('env-check-consistency', check_all_documented)
    app.connect('missing-reference', resolve)
    app.connect('include-read', retarget_links)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
