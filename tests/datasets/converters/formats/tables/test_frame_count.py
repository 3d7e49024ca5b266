import pytest

from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)


def test_frames_count_from_0_or_1():
    assert FrameCount() == FROM_ZERO == FrameCount(0, exclusive_end=False)
    with pytest.raises(ValueError, match='first_frame must be 0 or 1, got 2'):
        FrameCount(2)
