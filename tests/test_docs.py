"""The documentation: what it names exists, and what it shows can be run."""

import ast
import importlib
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / 'docs').glob('*.md'))
WRITTEN = [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *PAGES]
IDS = [path.name for path in WRITTEN]


def exporting_packages():
    root = ROOT / 'carl_mm'
    for path in sorted(root.rglob('__init__.py')):
        inside = path.parent.relative_to(root).parts
        if inside and inside[0] != 'app':  # used through tools/app.py
            package = importlib.import_module('.'.join(['carl_mm', *inside]))
            if hasattr(package, '__all__'):
                yield package


def exported(full_name):
    """Whether the name without its last part, or last two, is a package's own."""
    package, _, name = full_name.rpartition('.')
    if package not in {found.__name__ for found in exporting_packages()}:
        package, _, owner = package.rpartition('.')
        holder = getattr(importlib.import_module(package), owner)
        return owner in importlib.import_module(package).__all__ and hasattr(
            holder, name
        )
    return name in importlib.import_module(package).__all__


def load_script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / 'docs' / f'{name}.py')
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def blocks(text, language):
    return re.findall(rf'^```{language}\n(.*?)^```', text, re.DOTALL | re.MULTILINE)


def test_the_readme_is_short():
    assert len((ROOT / 'README.md').read_text().split()) < 900


def test_the_pictures_are_small():
    for picture in (ROOT / 'docs' / 'images').iterdir():
        assert picture.stat().st_size < 300_000, picture.name


def test_every_exporting_package_has_a_page():
    pages = '\n'.join(p.read_text() for p in (ROOT / 'docs' / 'api').glob('*.rst'))
    for package in exporting_packages():
        assert f'.. public-names:: {package.__name__}\n' in f'{pages}\n'


@pytest.mark.parametrize('path', WRITTEN, ids=IDS)
def test_links_lead_to_files(path):
    for target in re.findall(r'\]\((?!https?:|#)([^)#\s]+)', path.read_text()):
        assert (path.parent / target).is_file(), target


@pytest.mark.parametrize('path', WRITTEN, ids=IDS)
def test_files_that_are_named_exist(path):
    top = 'tools|configs|benchmarks|tests|carl_mm|requirements|docs'
    for name in re.findall(rf'\b((?:{top})/[\w/]+\.\w+)', path.read_text()):
        is_example = 'MODULE' in name or '/a/b/' in name
        assert is_example or (ROOT / name).is_file(), name


@pytest.mark.parametrize('path', WRITTEN, ids=IDS)
def test_tests_that_are_named_exist(path):
    for file, name in re.findall(r'\b(tests/[\w/]+\.py)::(\w+)', path.read_text()):
        defined = re.search(rf'^def {name}\(', (ROOT / file).read_text(), re.MULTILINE)
        assert defined, f'{file}::{name}'


def test_rows_to_the_letter_name_tests_and_which_are_slow():
    page = (ROOT / 'docs' / 'to_the_letter.md').read_text()
    rows = [line for line in page.splitlines() if line.startswith('| ')]
    rows = [row for row in rows if not row.startswith('| found |')]
    assert len(rows) > 30
    for row in rows:
        quick, _, slow = row.rpartition('| `')[2].partition('*slow*')
        assert '.py::' in quick, row
        for part, is_slow in ((quick, False), (slow, True)):
            for file, name in re.findall(r'(tests/[\w/]+\.py)::(\w+)', part):
                assert marked_slow(file, name) == is_slow, name


def marked_slow(file, name):
    tree = ast.parse((ROOT / file).read_text())
    marks = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign)]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            marks += [ast.unparse(mark) for mark in node.decorator_list]
    return any(re.fullmatch(r'(pytestmark = )?pytest\.mark\.slow', m) for m in marks)


def test_the_page_of_differences_has_each():
    """What an author's run does that no other page would tell."""
    page = (ROOT / 'docs' / 'published_code.md').read_text()
    rows = [line for line in page.splitlines() if line.startswith('| ')]
    for topic, theirs in (
        ('BatchNorm', 'SyncBN'),
        ('res5', '40 frames'),
        ('loss', "mean of each GPU's frames"),
        ('linear layer', "mean of each GPU's 10 videos"),
        ('schedule', 'T_max = epochs + 1'),
        ('FineGym', '66%'),
        ('test length', '550'),
        ('linear layer', '40 a step on four'),
        ("LAV's AP@K", 'the query itself'),
        ("Kendall's tau", 'CARL: 2 on Penn Action, 5 on Pouring'),
        ('Pour Liquid', '0.001'),
        ('label smoothing', 'e / T'),
        ('Huber', '0.1'),
        ('L2-normalised', 'TCC on FineGym'),
        ('Table 11', 'all layers'),
        ('contrast', "clip's channels"),
        ('strided convolutions', 'SAME'),
    ):
        found = [row for row in rows if topic in row and theirs in row]
        assert len(found) == 1, (topic, theirs)


@pytest.mark.parametrize('path', WRITTEN, ids=IDS)
def test_python_examples_compile_and_import_what_exists(path):
    for block in blocks(path.read_text(), 'python'):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and not node.level:
                module = importlib.import_module(node.module)
                for name in node.names:
                    assert hasattr(module, name.name), f'{node.module}: {name.name}'


@pytest.mark.parametrize('path', WRITTEN, ids=IDS)
def test_roles_name_what_is_exported(path):
    roles = re.findall(r'\{(?:class|func|meth)\}`[^`]*?([\w.]+)>?`', path.read_text())
    for name in roles:
        if name != 'carl_mm.compat.AutocastOptimWrapper':
            assert exported(name), name


def test_the_metric_of_the_guide_counts():
    (source,) = [
        block
        for block in blocks((ROOT / 'docs' / 'extend.md').read_text(), 'python')
        if 'METRICS' in block
    ]
    names = {}
    exec(source.replace('@METRICS.register_module()\n', ''), names)
    arrays = [range(3), range(5)]
    videos = type('Videos', (), {'test_embeddings': arrays})
    assert names['NumTestFrames']().evaluate_action(videos) == {'frames': 8.0}


def test_the_picture_is_the_scripts_and_names_what_is_exported():
    script = load_script('draw_data_flow')
    assert script.TARGET.read_text() == script.draw()
    known = {name for package in exporting_packages() for name in package.__all__}
    for box in script.BOXES:
        assert set(box.names) <= known


def test_packages_import_only_those_above_them():
    page = (ROOT / 'docs' / 'how_it_is_built.md').read_text()
    layers = re.findall(r'^\| `carl_mm\.(\w+)` \|', page, re.MULTILINE)
    folders = {p.parent.name for p in (ROOT / 'carl_mm').glob('*/__init__.py')}
    assert set(layers) == folders
    for place, layer in enumerate(layers):
        for module in (ROOT / 'carl_mm' / layer).rglob('*.py'):
            found = re.findall(r'^\s*from carl_mm\.(\w+)', module.read_text(), re.M)
            above = set(found) & folders
            assert above <= set(layers[: place + 1]), module


def test_messages_in_the_troubleshooting_page_are_said():
    """A symptom that is code alone is a part of one of our messages."""
    page = (ROOT / 'docs' / 'troubleshooting.md').read_text()
    sources = ''
    for folder in ('carl_mm', 'tools'):
        for path in (ROOT / folder).rglob('*.py'):
            sources += re.sub(r"['\"]\s*\n\s*f?['\"]", '', path.read_text())
    messages = re.findall(r'^\| `([^`]+)` \|', page, re.MULTILINE)
    assert len(messages) > 15
    assert not [message for message in messages if message not in sources]
