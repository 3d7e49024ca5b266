import pytest
from mmaction.registry import METRICS


@pytest.mark.parametrize('name', ['KendallsTau', 'AlignmentError', 'FrameRetrieval'])
def test_a_stride_below_1_is_refused(name):
    with pytest.raises(ValueError, match='stride must be at least 1, got 0'):
        METRICS.build({'type': name, 'stride': 0})
    assert METRICS.build({'type': name, 'stride': 3}).stride == 3
