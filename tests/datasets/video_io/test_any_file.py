"""Whatever PyAV writes, packets above suspicion are the frames of a plain decode."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carl_mm.datasets.converters.folder import read_lengths
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video
from tests.datasets.video_io.odd_files import number, plain_decode, write

FORMS = {
    '.mp4': ('libx264', 'mpeg4', 'libx265'),
    '.mov': ('libx264', 'mpeg4'),
    '.mkv': ('libx264', 'mpeg4', 'mpeg2video'),
    '.avi': ('mpeg4', 'mjpeg', 'libx264'),
    '.ts': ('libx264', 'mpeg2video'),
    '.mpg': ('mpeg2video',),
    '.webm': ('libvpx',),
    '.flv': ('flv', 'libx264'),
    '.wmv': ('wmv2',),
}


@st.composite
def files(draw):
    suffix = draw(st.sampled_from(sorted(FORMS)))
    codec = draw(st.sampled_from(FORMS[suffix]))
    count = draw(st.integers(1, 70))
    made = {'codec': codec, 'count': count, 'pixels': 'yuv420p'}
    options = {'g': str(draw(st.integers(1, 30)))}
    if codec in ('libx264', 'mpeg4', 'mpeg2video'):
        options['bf'] = str(draw(st.integers(0, 3)))
    if codec in ('mpeg4', 'mpeg2video', 'wmv2', 'flv'):
        options['b'] = '4000000'
    if codec == 'libx264' and draw(st.booleans()):
        options['x264-params'] = 'open-gop=1'
    if codec == 'libx265':
        options = {'x265-params': f'log-level=none:keyint={options["g"]}:bframes=3'}
    if codec == 'libvpx':
        options |= {'b': '2000000', 'cpu-used': '8', 'deadline': 'realtime'}
        options |= {'auto-alt-ref': '1', 'lag-in-frames': '10'} if count % 2 else {}
    if codec == 'mjpeg':
        made['pixels'] = 'yuvj420p'
    if suffix in ('.mp4', '.mov', '.mkv', '.ts', '.webm') and codec != 'mpeg2video':
        gaps = draw(st.lists(st.integers(8, 120), min_size=count, max_size=count))
        gaps = gaps if draw(st.booleans()) and codec != 'mpeg4' else [40] * count
        start = draw(st.sampled_from([0, 0, 7, 1500, 90_000]))
        made |= {'times': start + np.cumsum(gaps) - gaps[0], 'unit': Fraction(1, 1000)}
    return suffix, {**made, 'options': options}


@settings(
    max_examples=30, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(file=files(), data=st.data())
def test_counts_order_times_and_random_reads_are_those_of_a_plain_decode(
    tmp_path_factory, file, data
):
    suffix, made = file
    path = write(tmp_path_factory.mktemp('any') / f'v{suffix}', **made)
    try:
        numbers, times = plain_decode(path)
    except av.FFmpegError:  # MPEG-TS of two frames is too short for FFmpeg
        with pytest.raises(VideoDecodeError):
            open_video(path)
        return
    video = open_video(path)
    frames = list(video.stream(range(video.num_frames)))
    assert [number(frame) for frame in frames] == numbers
    lengths, left_out, _ = read_lengths(path.parent, [path.name], 1)
    assert (lengths, left_out) == ({path.name: len(numbers)}, {})
    known = np.array([np.nan if time is None else time for time in times])
    if suffix == '.avi':
        known = np.sort(known)
    if (np.diff(known) > 0).all() and not np.isnan(known).any():
        np.testing.assert_allclose(video.timestamps, known - known[0], atol=1e-9)
    assert video.timestamps[0] == 0
    assert (np.diff(video.timestamps) > 0).all()
    for _ in range(3):
        some = data.draw(st.sets(st.integers(0, len(frames) - 1), min_size=1))
        inds = sorted(some)[:6]
        for index, frame in zip(inds, open_video(path).stream(inds), strict=True):
            np.testing.assert_array_equal(frame, frames[index])
