"""Marks in packets, read from headers written by hand."""

from types import SimpleNamespace

import pytest

from carl_mm.datasets.video_io.indexing.codec_marks import TOLD_AT_START, inspector

VOP = b'\0\0\1\xb6'


class Packet(bytes):
    size = property(len)


@pytest.mark.parametrize(
    ('codec', 'content', 'expected'),
    [
        ('mpeg4', VOP + b'x' * 40, ''),
        ('mpeg4', VOP + b'x' * 40 + VOP + b'x' * 40, 'packets hold several frames'),
        ('mpeg4', VOP + b'x', 'frames are not coded'),
        ('mpeg4', b'\0\0\1\xb2Lavc' + VOP + b'x' * 40, TOLD_AT_START),
        ('flv', b'x' * 10, 'frames are not coded'),
        ('flv', b'x' * 40, ''),
        ('vp8', b'\x10\0\0', ''),
        ('vp8', b'\x00\0\0', 'frames are hidden'),
        ('vp9', bytes([0b10000010, 0]), ''),  # marker, profile 0, shown
        ('vp9', bytes([0b10000000, 0]), 'frames are hidden'),
        ('vp9', bytes([0b10001000, 0]), ''),  # shows one that is there already
        ('vp9', bytes([0b10000000, 0b11000001]), ''),  # ends as a superframe
        ('vp9', bytes([0b10110001, 0]), ''),  # profile 3 has one bit more
        ('vp9', bytes([0b10110000, 0]), 'frames are hidden'),
        ('h264', b'x264 - core 150 r', TOLD_AT_START),
        ('h264', b'x264 - core 151 r', ''),
        ('h264', b'no message', ''),
    ],
)
def test_a_mark_is_found(codec, content, expected):
    context = SimpleNamespace(
        name=codec, extradata=None, profile='High 4:4:4 Predictive'
    )
    found = inspector(context)(Packet(content), True)
    assert found.startswith(expected) if expected else not found


def test_a_version_in_the_header_is_kept_by_jumps():
    content = b'\0\0\1\xb2Lavc' + VOP + b'x' * 40
    context = SimpleNamespace(name='mpeg4', extradata=b'\0\0\1\xb2Lavc')
    assert not inspector(context)(Packet(content), True)


def test_the_version_matters_in_444_alone():
    context = SimpleNamespace(name='h264', extradata=None, profile='High')
    assert inspector(context) is None


def test_a_codec_without_marks_needs_no_look():
    assert inspector(SimpleNamespace(name='prores')) is None
