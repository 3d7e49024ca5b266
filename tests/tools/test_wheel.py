"""The built wheel is all that a user needs."""

import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.tools.processes import ROOT, environment, load, run, write_config

pytestmark = pytest.mark.slow

USE_IT = """
import sys
from pathlib import Path

import carl_mm
from mmaction import registry

assert Path(carl_mm.__file__).is_relative_to(sys.argv[1]), carl_mm.__file__
names = dict(
    MODELS='FramewiseRecognizer FramewiseDataPreprocessor EfficientNetLite0 '
    'TemporalTransformer TemporalConv3d FramewiseMLP SequenceContrastiveHead '
    'SequenceContrastiveLoss',
    DATASETS='FramewiseVideoDataset',
    TRANSFORMS='OpenVideo WholeVideo DualViewTemporalCrop DecodeViews '
    'ClipConsistentResizedCrop ClipConsistentCenterCrop ClipConsistentFlip '
    'OpenCachedFeatures TakeCachedFeatures PackFramewiseInputs',
    METRICS='PhaseClassification PhaseProgression KendallsTau FrameRetrieval '
    'AlignmentError',
    HOOKS='FeatureCacheHook EpochSeedHook DecodeFailureHook ProgressBarHook',
    OPTIM_WRAPPERS='AutocastOptimWrapper',
)
for kind, words in names.items():
    for name in words.split():
        found = getattr(registry, kind).get(name)
        assert found is not None, f'{name} is not in {kind}'
        assert found.__module__.startswith('carl_mm.'), found

from mmengine.config import Config
from mmengine.runner import Runner

runner = Runner.from_cfg(Config.fromfile(sys.argv[2]))
runner.train()
assert runner.iter == 1
"""


def copy_of_the_sources(folder):
    """Copy what git tracks or would: building leaves nothing in the tree."""
    listed = ['git', 'ls-files', '--cached', '--others', '--exclude-standard']
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip('not a git checkout')
    for name in done.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def test_a_wheel_away_from_the_repository(make_videos):
    folder = make_videos()
    pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check']
    sources = copy_of_the_sources(folder / 'sources')
    build = ['wheel', '--no-deps', '--no-build-isolation', '-w', folder / 'wheels']
    run(*pip, *build, sources, cwd=folder)
    (wheel,) = (folder / 'wheels').glob('*.whl')

    held = zipfile.ZipFile(wheel).namelist()
    assert 'carl_mm/py.typed' in held
    modules = {
        str(path.relative_to(sources)) for path in (sources / 'carl_mm').rglob('*.py')
    }
    assert modules <= set(held)
    # What mim looks for.
    for name in ('configs', 'tools'):
        for path in (sources / name).rglob('*.*'):
            assert f'carl_mm/.mim/{path.relative_to(sources)}' in held
    assert 'carl_mm/.mim/model-index.yml' in held
    assert {name.split('/')[0] for name in held} == {
        'carl_mm',
        wheel.name.rsplit('-', 3)[0] + '.dist-info',
    }

    target = folder / 'site'
    install = ['install', '--no-deps', '--no-index', '--target', target]
    run(*pip, *install, wheel, cwd=folder)
    shutil.rmtree(sources)
    config = write_config(folder, max_epochs=1)
    env = environment(PYTHONPATH=str(target))
    run(sys.executable, '-c', USE_IT, target, config, cwd=folder, env=env)
    assert load(folder / 'work' / 'epoch_1.pth')['meta']['iter'] == 1
    # As `mim train` and `mim test` start them.
    shutil.rmtree(folder / 'work')
    tools = target / 'carl_mm' / '.mim' / 'tools'
    train = [sys.executable, tools / 'train.py', config, '--launcher', 'none']
    run(*train, cwd=folder, env=env)
    checkpoint = folder / 'work' / 'epoch_1.pth'
    test = [sys.executable, tools / 'test.py', config, checkpoint]
    said = run(*test, '--launcher', 'none', '--show-dir', 'shown', cwd=folder, env=env)
    assert 'alignment/kendalls_tau' in said
    assert list((folder / 'shown' / 'vis_image').iterdir())
