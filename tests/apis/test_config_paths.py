"""Knobs and class names in paths: what they reach, and what they say if nothing."""

import inspect
import re

import pytest
from mmengine.config import Config

from carl_mm.apis.config_paths import (
    class_name,
    find_part,
    numbered_path,
    set_options,
)
from carl_mm.datasets import OpenVideo

STEPS = 'train_dataloader.dataset.pipeline'


@pytest.fixture
def cfg():
    return Config(
        dict(
            model=dict(neck=dict(num_frames=8)),
            train_dataloader=dict(
                dataset=dict(
                    pipeline=[
                        dict(type=OpenVideo),
                        dict(type='DualViewTemporalCrop', num_frames=8),
                        dict(
                            type='carl_mm.datasets.DecodeViews',
                            transforms=[dict(type='Flip'), dict(type='Flip', prob=0.1)],
                        ),
                    ]
                )
            ),
            val_dataloader=None,
            load_from=None,
            num_frames=8,
            knobs=dict(
                num_frames=['model.neck.num_frames', f'{STEPS}.*Crop.num_frames'],
                decoder=[
                    f'{STEPS}.OpenVideo.decoder',
                    'val_dataloader.dataset.pipeline.OpenVideo.decoder',
                ],
                start=['load_from'],
            ),
        ),
        cfg_text=' ',
        filename='my_config.py',
    )


@pytest.mark.parametrize(
    ('part', 'name'),
    [
        (dict(type=OpenVideo), 'OpenVideo'),
        (dict(type='carl_mm.datasets.OpenVideo'), 'OpenVideo'),
        (dict(type='mmpretrain.ResNet'), 'ResNet'),
        (dict(type='OpenVideo'), 'OpenVideo'),
        (dict(blur_prob=1.0), ''),
        ('train', ''),
    ],
)
def test_class_name(part, name):
    assert class_name(part) == name


def test_a_part_is_found_by_its_class(cfg):
    steps = cfg.train_dataloader.dataset.pipeline
    assert find_part(steps, 'OpenVideo') is steps[0]
    assert find_part(steps, 'DecodeViews') is steps[2]
    assert find_part(steps, '*Crop') is steps[1]


def test_a_part_that_is_not_the_only_one_is_not_guessed(cfg):
    steps = cfg.train_dataloader.dataset.pipeline
    held = 'OpenVideo, DualViewTemporalCrop, DecodeViews'
    with pytest.raises(ValueError, match=f'no WholeVideo, only {held}'):
        find_part(steps, 'WholeVideo')
    with pytest.raises(ValueError, match='no openvideo'):
        find_part(steps, 'openvideo')
    message = 'several of Flip in Flip, Flip: give the number, 0 or 1'
    with pytest.raises(ValueError, match=message):
        find_part(steps[2].transforms, 'Flip')
    with pytest.raises(ValueError, match=r'no Flip, only \(no class\)'):
        find_part([dict(prob=1)], 'Flip')
    with pytest.raises(ValueError, match='no Flip, only nothing'):
        find_part([], 'Flip')


@pytest.mark.parametrize(
    ('path', 'expected'),
    [
        (f'{STEPS}.DualViewTemporalCrop.num_frames', f'{STEPS}.1.num_frames'),
        (f'{STEPS}.1.num_frames', f'{STEPS}.1.num_frames'),
        (f'{STEPS}.DecodeViews.transforms.1', f'{STEPS}.2.transforms.1'),
        (f'{STEPS}.7.new.key', f'{STEPS}.7.new.key'),  # mmengine says what is wrong
        ('model.head.loss.new', 'model.head.loss.new'),
        ('model.neck.num_frames.deeper', 'model.neck.num_frames.deeper'),
        ('load_from', 'load_from'),
    ],
)
def test_numbered_path(cfg, path, expected):
    assert numbered_path(cfg, path) == expected


def test_a_path_that_fails_is_named_whole(cfg):
    path = f'{STEPS}.WholeVideo.transforms.Flip.prob'
    with pytest.raises(ValueError, match=f'{path}: {STEPS} has no WholeVideo'):
        numbered_path(cfg, path)


def test_options_are_knobs_class_names_or_mmengines_numbers(cfg):
    set_options(
        cfg,
        {
            'num_frames': 16,
            f'{STEPS}.OpenVideo.num_threads': 2,
            f'{STEPS}.2.transforms.1.prob': 0.9,
            'model.neck.num_layers': 1,
        },
    )
    opening, crop, decoding = cfg.train_dataloader.dataset.pipeline
    assert cfg.num_frames == cfg.model.neck.num_frames == crop.num_frames == 16
    assert opening == dict(type=OpenVideo, num_threads=2)
    assert [flip.get('prob') for flip in decoding.transforms] == [None, 0.9]
    assert cfg.model.neck.num_layers == 1


def test_a_knob_passes_over_what_is_switched_off(cfg):
    set_options(cfg, {'decoder': 'decord', 'start': 'epoch_1.pth'})
    opening = find_part(cfg.train_dataloader.dataset.pipeline, 'OpenVideo')
    assert opening.decoder == 'decord'
    assert cfg.val_dataloader is None
    assert cfg.load_from == 'epoch_1.pth'


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('modle.neck.num_frames', "modle.neck.num_frames: my_config.py has no 'modle'"),
        ('knobs.num_frames', "'knobs' is a value of my_config.py"),
        (f'{STEPS}.WholeVideo.size', 'has no WholeVideo'),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(cfg, option, message):
    before = cfg.to_dict()
    with pytest.raises(ValueError, match=message):
        set_options(cfg, {option: 3})
    assert cfg.to_dict() == before


WRONG_KINDS = {
    'a word for a number': ('model.neck.num_frames', 'eight', 'must be a number, as 8'),
    'a knob': ('num_frames', 'eight', 'num_frames=eight: must be a number, as 8'),
    'a number for a dict': (
        'model.neck',
        3,
        'model.neck=3: is a dict.*neck.num_frames',
    ),
    'too deep': ('model.neck.num_frames.x', 3, "num_frames is 8, which has no 'x'"),
    'switched off': ('val_dataloader.x', 1, 'val_dataloader is None, which has no'),
    'too far': (f'{STEPS}.3.x', 3, 'no part 3 among 3, which are num'),
}


@pytest.mark.parametrize(
    ('option', 'value', 'message'), WRONG_KINDS.values(), ids=WRONG_KINDS
)
def test_a_value_of_another_kind_is_refused(cfg, option, value, message):
    with pytest.raises(ValueError, match=message):
        set_options(cfg, {option: value})


def test_a_value_of_a_kind_that_fits_is_taken(cfg):
    new = {'model.neck.num_frames': None, 'load_from': 'a.pth', 'model.neck.new': 'x'}
    set_options(cfg, new)
    assert cfg.model.neck == dict(num_frames=None, new='x')
    assert cfg.load_from == 'a.pth'


def test_what_mmengine_reads_from_a_config_is_an_option(cfg):
    """Every `cfg.get` of mmengine's Runners, as their source has it."""
    from mmengine.runner import FlexibleRunner, Runner

    read = set()
    for runner in (Runner, FlexibleRunner):
        source = inspect.getsource(runner)
        read |= set(re.findall(r"(?<!_)cfg\.get\(\s*'(\w+)'", source))
        read |= set(re.findall(r"(?<!_)cfg\['(\w+)'\]", source))
    read |= {'runner_type', 'tta_model', 'tta_pipeline'}  # read where these are built
    assert {'sync_bn', 'compile', 'strategy', 'activation_checkpointing'} <= read
    for name in read - {'type'} - set(cfg):  # those that are there have their kind
        set_options(cfg, {name: 'value'})
        assert cfg[name] == 'value'


@pytest.mark.parametrize('name', ['self', 'cfg', 'sync_nb'])
def test_a_name_that_mmengine_does_not_read_is_none(cfg, name):
    with pytest.raises(ValueError, match=f'has no {name!r}'):
        set_options(cfg, {name: 'value'})
