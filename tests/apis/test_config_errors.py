"""What is wrong in a config is said in one line; a bug is not taken for it."""

import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import Registry
from mmengine.runner import Runner

from carl_mm.apis.config_errors import (
    TESTING,
    TRAINING,
    check_parts,
    config_error,
    read_config,
)

PARTS = Registry('part', scope='carl_mm')


@PARTS.register_module()
class Part:
    def __init__(self, size, kind='a'):
        if size < 0:
            raise IndexError('a bug')
        self.value = {'a': 1}[kind]
        self.check(size)

    def check(self, size):
        if size > 9:
            raise TypeError('a bug deeper down')


def raised(**settings):
    try:
        PARTS.build(dict(settings))
    except Exception as error:
        return error
    raise AssertionError


WRONG = {
    'misspelt': (dict(type='Part', sizes=1), "unexpected keyword argument 'sizes'"),
    'unknown': (dict(type='Parts', size=1), 'Parts is not in the carl_mm::part'),
    'no class': (dict(type=3), 'type must be a str or valid type'),
    'kind': (dict(type='Part', size='big'), "Part(size='big'): '<' not supported"),
    'value': (dict(type='Part', size=1, kind='b'), "Part(size=1, kind='b'): b"),
}


@pytest.mark.parametrize(('settings', 'said'), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_one_line(settings, said):
    line = config_error(raised(**settings))
    assert said in line
    assert '\n' not in line


@pytest.mark.parametrize('size', [-1, 10])
def test_a_bug_is_not_said_to_be_one(size):
    """Of another kind, or deeper than the constructor."""
    assert config_error(raised(type='Part', size=size)) is None


def test_an_error_elsewhere_is_a_bug():
    with pytest.raises(TypeError) as error:
        len(3)
    assert config_error(error.value) is None


class Wordy(BaseModel):
    """Its loss is text, which mmengine refuses by itself."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def forward(self, inputs, mode):
        return {'loss': 'small'}


def test_what_fails_in_training_is_a_bug(tmp_path):
    """Also where it is mmengine that raises: all parts are built by then."""
    runner = Runner(
        model=Wordy(),
        work_dir=str(tmp_path),
        train_dataloader=dict(
            dataset=[dict(inputs=torch.ones(1))],
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='default_collate'),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        experiment_name=tmp_path.name,
    )
    with pytest.raises(TypeError, match='not a tensor') as error:
        runner.train()
    assert config_error(error.value) is None


FILES = {
    'open.py': ('a = 1\nx = (\n', r'open\.py: not a config: line 2: .*never closed'),
    'name.py': ('a = 1\nb = c\n', "not a config: .*NameError: name 'c' is not"),
    'list.yaml': ('hello', r'list\.yaml: not a config: '),
    'notes.txt': ('hello', r'notes\.txt: Only py/yml/yaml/json'),
    'keys.json': ('{"a": ', r'keys\.json: not a config: '),
}


@pytest.mark.parametrize('name', FILES)
def test_a_file_that_is_no_config_is_named_in_one_line(tmp_path, name):
    text, said = FILES[name]
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=said) as error:
        read_config(str(tmp_path / name))
    assert '\n' not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.py: no such config file'):
        read_config(str(tmp_path / 'none.py'))
    (tmp_path / 'a.py').write_text("_base_ = ['gone.py']\n")
    with pytest.raises(FileNotFoundError) as error:
        read_config(str(tmp_path / 'a.py'))
    assert str(error.value.filename).endswith('gone.py')
    (tmp_path / 'b.py').write_text("custom_imports = dict(imports=['gone_module'])\n")
    with pytest.raises(ImportError, match='gone_module'):
        read_config(str(tmp_path / 'b.py'))


OLD = """
model = dict(type='Recognizer2D')
data = dict(videos_per_gpu=8, train=dict(type='VideoDataset'))
optimizer = dict(type='SGD', lr=0.01)
lr_config = dict(policy='step', step=[20, 40])
total_epochs = 50
"""


def test_a_config_of_the_old_style_is_recognised(tmp_path):
    (tmp_path / 'old.py').write_text(OLD)
    cfg = read_config(str(tmp_path / 'old.py'))
    said = (
        r'^old.py: has no train_dataloader, train_cfg, optim_wrapper, but data, '
        r'optimizer, lr_config, total_epochs: a config in the style of mmaction2 before'
    )
    with pytest.raises(ValueError, match=said):
        check_parts(cfg, TRAINING, 'old.py')


def test_what_a_config_lacks_is_named():
    cfg = Config(dict(model=dict(), test_dataloader=dict(), test_cfg=None))
    with pytest.raises(ValueError, match='^a.py: has no test_cfg, test_evaluator; beg'):
        check_parts(cfg, TESTING, 'a.py')
    check_parts(cfg, ('model', 'test_dataloader'), 'a.py')
