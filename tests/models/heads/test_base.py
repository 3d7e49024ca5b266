import pytest
import torch

from carl_mm.models import FramewiseHead
from carl_mm.models.heads import base
from carl_mm.models.heads.base import (
    check_head,
    check_samples,
    frame_share,
    normalized,
)


def test_by_default_a_head_normalises_and_tells_no_class():
    head, embedding = FramewiseHead(), torch.tensor([[3.0, 4.0], [0.0, 0.5]])
    expected = torch.tensor([[0.6, 0.8], [0.0, 1.0]])
    torch.testing.assert_close(head.predict(embedding), expected)
    assert head.classify(embedding) is None
    assert not list(head.parameters())
    flags = torch.ones(1, 1, 2, dtype=torch.bool)
    with pytest.raises(NotImplementedError):
        head.loss(embedding[None, None], flags.long(), flags)


def test_normalized_is_float32_and_keeps_zeros():
    out = normalized(torch.tensor([[0.0, 0.0], [0.0, -2.0]], dtype=torch.bfloat16))
    assert out.dtype == torch.float32
    assert out.tolist() == [[0, 0], [0, -1]]


def test_alone_a_process_has_its_whole_share():
    valid = torch.tensor([[True, False], [True, True]])
    assert frame_share(valid) == 1
    assert frame_share(torch.zeros(2, dtype=torch.bool)) == 0


def test_a_share_is_of_the_mean_over_processes(monkeypatch):
    monkeypatch.setattr(base.dist, 'all_reduce', lambda t, op: t.fill_(6))
    assert frame_share(torch.ones(9, dtype=torch.bool)) == 1.5


def test_only_frame_wise_heads_pass():
    check_head(FramewiseHead())
    with pytest.raises(TypeError, match=r'Linear is not .*models\.FramewiseHead'):
        check_head(torch.nn.Linear(2, 2))


def test_one_sample_for_each_video():
    check_samples([None, None], 2)
    with pytest.raises(ValueError, match='3 videos need as many data_samples, got 2'):
        check_samples([None, None], 3)
