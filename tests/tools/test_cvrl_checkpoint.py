import importlib.util

import numpy as np
import torch

from tests.models.converters.test_cvrl_checkpoint import released
from tests.tools.processes import ROOT


def load_tool():
    path = ROOT / 'tools' / 'model_converters' / 'cvrl_checkpoint.py'
    spec = importlib.util.spec_from_file_location('cvrl_checkpoint', path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def test_an_npz_becomes_a_checkpoint(tmp_path, capsys):
    tool = load_tool()
    source, target = tmp_path / 'released.npz', tmp_path / 'ours.pth'
    np.savez(source, **released(), save_counter=np.zeros(()))
    assert tool.main([str(source), str(target)]) == 0
    text = capsys.readouterr().out
    assert 'tensors   265' in text and 'save_counter' in text
    state = torch.load(target, weights_only=True)['state_dict']
    assert len(state) == 265 and all(name.startswith('backbone.') for name in state)
    assert tool.main([str(source), str(target)]) == 1
    assert '--force' in capsys.readouterr().err
    source.write_bytes(b'no archive')
    assert tool.main([str(source), str(target), '--force']) == 1
    error = capsys.readouterr().err
    assert str(source) in error and error.count('\n') == 1
