"""Of every config: its knobs reach what they say, and no part of a list is counted."""

import inspect
import re
from copy import deepcopy
from functools import cache

import pytest
from mmaction.registry import (
    DATASETS,
    HOOKS,
    LOOPS,
    METRICS,
    MODELS,
    OPTIMIZERS,
    TRANSFORMS,
)
from mmengine.config import Config

from carl_mm.apis.config_paths import find_part, numbered_path, set_options
from tests.configs.helpers import CONFIGS, config_path
from tests.tools.processes import ROOT

REGISTRIES = (MODELS, TRANSFORMS, DATASETS, HOOKS, METRICS, LOOPS, OPTIMIZERS)


def holder(cfg, path):
    """Return the dict that a path's last key is set in, and that key."""
    *parents, last = numbered_path(cfg, path).split('.')
    for key in parents:
        cfg = cfg[int(key)] if isinstance(cfg, list | tuple) else cfg[key]
    return cfg, last


def arguments_of(kind):
    """Return each argument of a class, also those it hands on to its bases."""
    if isinstance(kind, str):
        kind = next(filter(None, (registry.get(kind) for registry in REGISTRIES)))
    arguments = {}
    for base in kind.__mro__:
        arguments = {**inspect.signature(base.__init__).parameters, **arguments}
    return arguments


def value_at(cfg, path):
    """Return what a path leads to, a class's default where the config sets nothing.

    Raises:
        LookupError: The path leads to no setting.
    """
    part, key = holder(cfg, path)
    if key in part:
        return part[key]
    if 'type' not in part or key not in (arguments := arguments_of(part['type'])):
        raise LookupError(f'{path} is no setting of {part}')
    return arguments[key].default


@cache
def read(path):
    return Config.fromfile(path)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_a_knob_reaches_settings_of_one_value(path):
    cfg = read(path)
    as_dumped = Config(cfg.to_dict())  # types are import paths
    for version in (cfg, as_dumped):
        for knob, targets in (version.get('knobs') or {}).items():
            values = [value_at(version, target) for target in targets]
            expected = version.get(knob, values[0])
            assert values == [expected] * len(values), knob
            assert not isinstance(expected, dict), f'{knob} is no single setting'


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_turning_a_knob_sets_all_that_it_feeds_and_nothing_else(path):
    before = read(path)
    for knob, targets in (before.get('knobs') or {}).items():
        turned = deepcopy(before)
        set_options(turned, {knob: 7})
        assert turned[knob] == 7
        for target in targets:
            part, key = holder(turned, target)
            assert part[key] == 7, target
            old, _ = holder(before, target)
            if key in old:
                part[key] = old[key]
            else:
                del part[key]
        for key in ('model', 'train_dataloader', 'test_dataloader', 'custom_hooks'):
            assert turned.get(key) == before.get(key), (knob, key)


@pytest.mark.parametrize(
    ('path', 'message'),
    [
        ('model.neck.num_frame', 'no setting'),
        ('train_dataloader.dataset.pipeline.OpenVideo.num_frames', 'no setting'),
        ('train_dataloader.data_prefix.video', 'data_prefix'),
        ('train_dataloader.dataset.pipeline.DecodeView.num_frames', 'no DecodeView'),
    ],
)
def test_a_knob_that_points_at_nothing_would_be_noticed(path, message):
    cfg = read(config_path('carl_pennaction'))
    with pytest.raises((LookupError, ValueError), match=message):
        value_at(cfg, path)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_named_steps_and_metrics_are_the_ones_in_use(path):
    """A leaf that changes a step must list the steps anew."""
    cfg = read(path)
    for split in ('train', 'test'):
        steps, loader = cfg.get(f'{split}_steps'), cfg.get(f'{split}_dataloader')
        if steps and loader:
            assert loader.dataset.pipeline == list(steps.values()), split
            for steps_with_crops in ('whole_video', 'decode_views'):
                for crop in steps.get(steps_with_crops, {}).get('transforms', []):
                    assert crop in (
                        cfg.get('center_crop'),
                        cfg.get('resized_crop'),
                        cfg.get('flip'),
                        cfg.get('whole_frame'),
                    )
    if 'cache_steps' in cfg:
        cache = find_part(cfg.custom_hooks, 'FeatureCacheHook')
        assert cache == cfg.feature_cache
        assert cache.transforms == list(cfg.cache_steps.values())
        assert cfg.cache_steps.whole_video.transforms == [cfg.resized_crop, cfg.flip]
    named = list(cfg.get('metrics', {}).values())
    used = [m for m in cfg.get('test_evaluator') or [] if m in named]
    assert used in ([], named)


def test_nothing_counts_the_parts_of_a_list():
    index = re.compile(r'(pipeline|transforms|hooks|evaluator|backends)(\[|\.)-?\d')
    files = [
        path
        for folder in ('configs', 'carl_mm', 'tools', 'benchmarks')
        for path in (ROOT / folder).rglob('*')
        if path.suffix in ('.py', '.md', '.sh')
    ]
    assert len(files) > 200
    found = [
        f'{path.relative_to(ROOT)}: {line}'
        for path in files
        for line in path.read_text().splitlines()
        if index.search(line)
    ]
    assert found == []
