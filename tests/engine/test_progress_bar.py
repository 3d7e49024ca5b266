from types import SimpleNamespace

import pytest
import torch

from carl_mm.engine import progress_bar
from carl_mm.engine.progress_bar import ProgressBarHook


def shown(monkeypatch, is_terminal, steps=3):
    """The bar's task after some steps of a run that was resumed after one."""
    monkeypatch.setattr(
        progress_bar, 'Console', lambda: SimpleNamespace(is_terminal=is_terminal)
    )
    runner = SimpleNamespace(max_iters=10, iter=1)
    hook = ProgressBarHook()
    hook.before_train(runner)
    for runner.iter in range(1, 1 + steps):
        outputs = {'loss': torch.tensor(runner.iter / 2)}
        hook.after_train_iter(runner, runner.iter, outputs=outputs)
    hook.after_train(runner)
    (task,) = hook._progress.tasks
    return hook._progress, task


def test_the_bar_counts_steps_and_shows_the_loss(monkeypatch):
    bar, task = shown(monkeypatch, is_terminal=True)
    assert (task.completed, task.total) == (4, 10)
    assert task.fields['loss'] == '1.500'
    assert not bar.live.is_started


def test_elsewhere_the_loss_is_not_read(monkeypatch):
    monkeypatch.setattr(torch.Tensor, 'item', lambda _: pytest.fail('waits for a GPU'))
    bar, task = shown(monkeypatch, is_terminal=False)
    assert bar.disable
    assert task.completed == 1
