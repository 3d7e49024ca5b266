import pytest
import torch

from carl_mm import compat
from carl_mm.app.training.best_so_far import keep_best


def save(folder, step, best=None):
    content = {
        'state_dict': {'learnt': torch.tensor([1.0]), 'fixed': torch.tensor([7.0])},
        'meta': {'iter': step, 'cfg': 'a = 1'},
        'optimizer': {'large': torch.zeros(9)},
    }
    if best:
        weights = {'learnt': torch.tensor([2.0])}
        content['keep_best'] = {'step': best, 'cycle_error': 0.5, 'weights': weights}
    torch.save(content, folder / f'epoch_{step}.pth')
    (folder / 'last_checkpoint').write_text(f'{folder}/epoch_{step}.pth')


@pytest.mark.parametrize(('best', 'step', 'weight'), [(None, 50, 1), (25, 25, 2)])
def test_the_best_weights_become_the_newest_checkpoint(tmp_path, best, step, weight):
    save(tmp_path, 50, best)
    assert keep_best(tmp_path) == step
    newest = compat.newest_checkpoint(str(tmp_path))
    assert newest == f'{tmp_path}/kept_{step}.pth'
    kept = torch.load(newest)
    assert kept['state_dict'] == {'learnt': weight, 'fixed': 7}
    assert kept['meta'] == {'iter': 50, 'cfg': 'a = 1'}
    assert 'optimizer' not in kept


def test_nothing_has_been_saved(tmp_path):
    with pytest.raises(ValueError, match='nothing has been saved yet'):
        keep_best(tmp_path)
