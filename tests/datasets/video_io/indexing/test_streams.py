"""Which stream is taken."""

from types import SimpleNamespace

import pytest
from av.stream import Disposition

from carl_mm.datasets.video_io.indexing.streams import choose_stream

NONE, DEFAULT = Disposition(0), Disposition.default


def stream(index, width, disposition=NONE, name='h264'):
    context = SimpleNamespace(name=name, width=width, height=10)
    return SimpleNamespace(index=index, codec_context=context, disposition=disposition)


@pytest.mark.parametrize(
    ('streams', 'expected', 'is_told'),
    [
        ([stream(0, 10)], 0, False),
        ([stream(0, 10), stream(1, 20)], 1, True),
        ([stream(0, 10), stream(1, 10)], 0, True),
        ([stream(0, 10, DEFAULT), stream(1, 20)], 0, True),
        ([stream(0, 90, DEFAULT, 'mjpeg'), stream(1, 20)], 1, True),
        ([stream(0, 90, Disposition.attached_pic), stream(1, 20)], 1, False),
        ([stream(0, 90, Disposition.attached_pic)], None, False),
        ([], None, False),
    ],
)
def test_the_default_stream_then_the_largest(streams, expected, is_told):
    container = SimpleNamespace(streams=SimpleNamespace(video=streams))
    chosen, remark = choose_stream(container)
    assert (None if chosen is None else chosen.index) == expected
    assert bool(remark) == is_told


def test_a_stream_of_an_unknown_codec_is_the_last_choice():
    unknown = SimpleNamespace(index=0, codec_context=None, disposition=DEFAULT)
    container = SimpleNamespace(streams=SimpleNamespace(video=[unknown, stream(1, 10)]))
    assert choose_stream(container)[0].index == 1
