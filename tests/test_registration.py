"""Whatever is imported first, mmaction2 knows our names and upstream is mended."""

import os
import subprocess
import sys

import pytest

import carl_mm
from tests.fresh_python import run_fresh

BLOCK = """
import sys
for name in ('mmengine', 'mmcv', 'mmaction', 'mmpretrain'):
    sys.modules[name] = None
"""
WITHOUT_STATISTICS = """
import sys
for name in ('pandas', 'pyarrow', 'sklearn'):  # slow to import; no part needs them
    sys.modules[name] = None
"""
BUILD = """
model = MODELS.build(dict(
    type='FramewiseRecognizer',
    backbone=dict(type='mmpretrain.ResNet', depth=18, base_channels=8),
    neck=dict(type='TemporalTransformer', in_channels=64, num_frames=8),
))
assert type(model).__module__.startswith('carl_mm.')
from mmaction import registry
for kind, name in {
    'DATASETS': 'FramewiseVideoDataset',
    'DATA_SAMPLERS': 'SameActionBatchSampler',
    'HOOKS': 'FeatureCacheHook',
    'METRICS': 'KendallsTau',
    'OPTIM_WRAPPERS': 'AutocastOptimWrapper',
    'TRANSFORMS': 'OpenVideo',
}.items():
    found = getattr(registry, kind).get(name)
    assert found.__module__.startswith('carl_mm.'), name
import sys
assert 'carl_mm.compat' in sys.modules
"""


def run(code):
    done = run_fresh(code)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    'imports',
    [
        'import carl_mm\nfrom mmaction.registry import MODELS',
        pytest.param(
            'import carl_mm, mmaction.models\nfrom mmaction.registry import MODELS',
            marks=pytest.mark.slow,
        ),
        'import mmcv\nfrom mmaction.registry import MODELS\nimport carl_mm',
        pytest.param(
            'from carl_mm import engine\nfrom mmaction.registry import MODELS',
            marks=pytest.mark.slow,
        ),
        'import carl_mm\nfrom mmengine.registry import MODELS, init_default_scope\n'
        "init_default_scope('mmaction')",
    ],
    ids=['before', 'before models', 'after', 'a subpackage', 'root registry'],
)
def test_names_are_found_in_whatever_order(imports):
    run(WITHOUT_STATISTICS + imports + BUILD)


def test_a_registry_that_was_used_before_is_asked_again():
    run(
        'from mmaction.registry import TRANSFORMS\n'
        "TRANSFORMS.get('Resize')\n"
        'import carl_mm\n'
        "assert TRANSFORMS.get('OpenVideo').__name__ == 'OpenVideo'"
    )


def test_our_optimizer_wrapper_needs_no_runner():
    run(
        'import carl_mm\n'
        'from mmengine.registry import OPTIM_WRAPPERS\n'
        "assert OPTIM_WRAPPERS.get('AutocastOptimWrapper').__name__[:8] == 'Autocast'"
    )


@pytest.mark.parametrize(
    'imports',
    ['import carl_mm, mmengine.runner', 'import mmengine.runner, carl_mm'],
)
def test_the_runner_is_mended_without_mmaction(imports):
    run(
        f'{imports}\n'
        'import sys\n'
        "assert 'mmaction.registry' not in sys.modules\n"
        'from mmengine.logging import HistoryBuffer\n'
        "assert HistoryBuffer.__reduce__.__module__ == 'carl_mm.compat'"
    )


def test_the_mathematics_needs_no_openmmlab():
    said = run(
        BLOCK + 'import torch\n'
        'from carl_mm import functional\n'
        'tau = functional.kendalls_tau([torch.eye(4), torch.eye(4)])\n'
        'print(tau)'
    )
    assert said


def test_the_package_alone_imports_nothing_heavy():
    code = 'import carl_mm, sys\nprint(*sys.modules)'
    said = subprocess.check_output([sys.executable, '-c', code], text=True).split()
    assert not {'torch', 'numpy', 'mmengine', 'mmcv', 'mmaction'} & set(said)


def test_subpackages_are_attributes():
    said = run('import carl_mm\nprint(carl_mm.functional.dtw.__name__)')
    assert said.strip() == 'dtw'
    assert {'models', 'apis'} <= set(dir(carl_mm))
    with pytest.raises(AttributeError, match="'carl_mm' has no attribute 'model'"):
        carl_mm.model  # noqa: B018


def test_looking_for_a_module_does_not_load_it():
    run(
        'import carl_mm, importlib.util, sys\n'
        "assert importlib.util.find_spec('mmengine.registry').origin\n"
        "assert importlib.util.find_spec('mmcv').origin\n"
        "assert 'mmcv' not in sys.modules"
    )


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        ({}, (None, 'PASSIVE')),
        ({'OMP_NUM_THREADS': '3'}, ('3', 'PASSIVE')),
        ({'OMP_WAIT_POLICY': 'ACTIVE'}, (None, 'ACTIVE')),
    ],
)
def test_idle_threads_sleep_unless_the_user_says_otherwise(given, expected):
    """Threads that spin for a core which others use took 4 times the CPU time."""
    names = ('OMP_NUM_THREADS', 'OMP_WAIT_POLICY')
    code = f'import os, carl_mm; print(*map(os.environ.get, {names}))'
    env = {k: v for k, v in os.environ.items() if not k.startswith('OMP_')} | given
    done = subprocess.run(
        [sys.executable, '-c', code], env=env, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(value) for value in expected]
