import importlib.util

import pytest
import torch

from tests.models.converters.test_carl_checkpoint import our_network, published
from tests.tools.processes import ROOT


@pytest.fixture(scope='module')
def tool():
    path = ROOT / 'tools' / 'model_converters' / 'carl_checkpoint.py'
    spec = importlib.util.spec_from_file_location('carl_checkpoint', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Settings(dict):
    """A Python object, as the published settings are."""


@pytest.fixture
def src(tmp_path):
    torch.save(published(2), tmp_path / 'published.pth')
    return tmp_path / 'published.pth'


def test_there_and_back(tool, src, tmp_path, capsys):
    ours, back = tmp_path / 'ours.pth', tmp_path / 'back.pth'
    assert tool.main([str(src), str(ours)]) == 0
    said = capsys.readouterr().out
    for text in ('377', 'layers    2', 'left out  optimizer_state, cfg', str(ours)):
        assert text in said
    checkpoint = torch.load(ours, weights_only=True)
    our_network(num_layers=2).load_state_dict(checkpoint['state_dict'], strict=True)

    assert tool.main(['--to-published', str(ours), str(back)]) == 0
    assert 'absent    optimizer_state, cfg' in capsys.readouterr().out
    expected = torch.load(src, weights_only=True)['model_state']
    actual = torch.load(back, weights_only=True)['model_state']
    assert actual.keys() == expected.keys()
    assert all(torch.equal(actual[name], expected[name]) for name in expected)


def test_an_existing_file_is_kept_without_force(tool, src, tmp_path, capsys):
    dst = tmp_path / 'ours.pth'
    dst.write_text('mine')
    assert tool.main([str(src), str(dst)]) == 1
    assert capsys.readouterr().err == (
        f'error: {dst}: exists; pass --force to replace it\n'
    )
    assert dst.read_text() == 'mine'
    assert tool.main([str(src), str(dst), '--force']) == 0
    assert 'state_dict' in torch.load(dst, weights_only=True)


def test_python_objects_are_read_only_on_trust(tool, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('CARL_MM_TRUST_CHECKPOINT', '')
    src, dst = tmp_path / 'published.pth', tmp_path / 'ours.pth'
    torch.save({**published(2), 'cfg': Settings(a=1)}, src)
    assert tool.main([str(src), str(dst)]) == 1
    error = capsys.readouterr().err
    assert f'error: {src}: holds more than weights' in error
    assert not dst.exists()
    assert tool.main([str(src), str(dst), '--trust-checkpoint']) == 0
    torch.load(dst, weights_only=True)  # the object stayed out


class RunsCode:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return type(self.path).touch, (self.path,)


def test_a_pickle_that_would_run_code_does_not(tool, tmp_path, capsys):
    src, trace = tmp_path / 'evil.pth', tmp_path / 'ran'
    torch.save({**published(2), 'cfg': RunsCode(trace)}, src)
    assert tool.main([str(src), str(tmp_path / 'ours.pth')]) == 1
    error = capsys.readouterr().err
    assert 'asks for' in error
    assert 'trust' not in error
    assert not trace.exists()
    torch.load(src, weights_only=False)
    assert trace.exists()  # so it would have


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (None, 'no such checkpoint'),
        (b'', 'broken checkpoint'),
        ({'weights': torch.ones(1)}, "no tensors under 'model_state'"),
        ({'state_dict': {'w': torch.ones(1)}}, '--to-published'),
        ({'model_state': {'w': torch.ones(1)}}, 'backbone.0.weight is missing'),
    ],
)
def test_a_refusal_names_the_file(tool, tmp_path, capsys, content, message):
    src, dst = tmp_path / 'src.pth', tmp_path / 'dst.pth'
    if isinstance(content, bytes):
        src.write_bytes(content)
    elif content:
        torch.save(content, src)
    assert tool.main([str(src), str(dst)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f'error: {src}: ')
    assert message in error
    assert not dst.exists()
