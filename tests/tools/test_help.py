"""A help text appears at once: what it describes is imported later."""

import subprocess
import sys

import pytest

from carl_mm.apis.alignment.align import METHODS
from carl_mm.apis.localization.formats import FORMS
from carl_mm.datasets.converters.formats.annotations.forms import FORMS as LABEL_FORMS
from tests.tools.processes import ROOT, environment, run_here

TOOLS = [
    'align',
    'app',
    'convert_labels',
    'deviations',
    'embed',
    'find_repetitions',
    'label_phases',
    'retrieve',
]
WITH_CONFIGS = ['export_localization', 'test', 'train']


@pytest.mark.parametrize('name', TOOLS + WITH_CONFIGS)
def test_no_help_text_imports_torch(name):
    tool = str(ROOT / 'tools' / f'{name}.py')
    code = (
        'import runpy, sys\n'
        f'sys.argv = [{tool!r}, "--help"]\n'
        'try:\n'
        f'    runpy.run_path({tool!r}, run_name="__main__")\n'
        'except SystemExit:\n'
        '    print("imported:", *sys.modules)\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    text, _, imported = done.stdout.partition('imported:')
    assert text.startswith('usage: ')
    heavy = {'torch', 'mmcv', 'mmaction', 'mmengine.runner', 'fastapi', 'uvicorn'}
    assert not heavy & set(imported.split())
    if name in TOOLS:
        assert not {'numpy', 'cv2', 'rich', 'mmengine'} & set(imported.split())


@pytest.mark.parametrize(
    ('name', 'choices'),
    [
        ('align', METHODS),
        ('convert_labels', LABEL_FORMS),
        ('export_localization', FORMS),
    ],
)
def test_a_tool_offers_every_choice(name, choices, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run_here(monkeypatch, name, '--help')
    assert '{' + ','.join(choices) + '}' in capsys.readouterr().out
