import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from carl_mm.datasets import VideoDecodeError, open_video
from carl_mm.datasets.converters.clip_cutting import cut_clip, on_screen
from tests.datasets.converters import counted_video
from tests.datasets.converters.counted_video import (
    even_times,
    read_number,
    write_source,
)

ROOT = Path(__file__).parents[3]
SECONDS = 8


def varying_times():
    """A variable frame rate, in whole milliseconds: 10 to 100 frames a second."""
    rng = np.random.default_rng(0)
    steps = rng.integers(10, 100, 400).cumsum()
    return [Fraction(0), *(Fraction(int(t), 1000) for t in steps if t < SECONDS * 1000)]


def shown_at(times, time):
    """By a loop over all frames: the number of the last one not after a time."""
    shown = 0
    for number, stamp in enumerate(times):
        if stamp <= time:
            shown = number
    return shown


TIMES = {
    '25': even_times(25, SECONDS),
    '29.97': even_times(Fraction(30000, 1001), SECONDS),
    '50': even_times(50, SECONDS),
    'varying': varying_times(),
}


@pytest.fixture(scope='module')
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp('sources')
    made = {name: write_source(folder / f'{name}.mp4', t) for name, t in TIMES.items()}
    made['varying mkv'] = write_source(folder / 'v.mkv', TIMES['varying'])
    open_gop = {'x264-params': 'open-gop=1:bframes=5:b-adapt=0:scenecut=0'}
    made['25 open'] = write_source(folder / 'o.mp4', TIMES['25'], options=open_gop)
    made['25 webm'] = folder / 'w.webm'
    command = [sys.executable, '-m', counted_video.__name__, made['25 webm']]
    subprocess.run(command, check=True, cwd=ROOT)
    made['50 late'] = write_source(
        folder / 'l.mkv', TIMES['50'], offset=Fraction(7, 10)
    )
    return made


@pytest.mark.parametrize(
    'name', [*TIMES, 'varying mkv', '25 webm', '50 late'], ids=lambda name: name
)
@pytest.mark.parametrize(
    ('start', 'end'), [('0', '0.8'), ('2.37', '3.61'), ('7.2', '8')]
)
def test_a_clip_shows_what_a_player_shows(sources, tmp_path, name, start, end):
    start, end = Fraction(start), Fraction(end)
    path = tmp_path / 'clip.mp4'
    num_frames = cut_clip(sources[name], path, float(start), float(end))
    clip = open_video(path)
    expected = -(-(end - start) * 25 // 1)
    assert num_frames == clip.num_frames == expected
    assert clip.fps == 25
    pictures = clip.read(range(num_frames))
    assert pictures.shape[1:] == (360, 640, 3)
    times = TIMES[name.split()[0]]
    numbers = [shown_at(times, start + Fraction(k, 25)) for k in range(num_frames)]
    assert [read_number(picture) for picture in pictures] == numbers
    assert len(set(numbers)) > num_frames // 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_start_just_before_or_at_a_key_frame(sources, tmp_path):
    """Frames 40, 80 and so on are key frames; those before them refer to them."""
    for number in range(36, 44):
        path = tmp_path / f'{number}.mp4'
        cut_clip(sources['25 open'], path, number / 25, (number + 2) / 25)
        shown = [read_number(picture) for picture in open_video(path).read([0, 1])]
        assert shown == [number, number + 1]


def test_on_screen_is_the_last_frame_not_after_a_time():
    frames = [(0.5, 'a'), (1.0, 'b'), (1.2, 'c')]
    times = [0.0, 0.5, 0.99, 1.0, 1.1, 1.2, 2.2]
    assert ''.join(on_screen(frames, times)) == 'aaabbcc'


@pytest.mark.parametrize(
    ('frames', 'time', 'message'),
    [
        ([], 3.0, 'no frame from 3.00 s on'),
        ([(4.5, 'a')], 3.0, 'starts at 4.50 s, after 3.00 s'),
        ([(1.5, 'a')], 3.0, 'ends at 1.50 s, before 3.00 s'),
    ],
)
def test_what_is_never_on_screen_is_refused(frames, time, message):
    with pytest.raises(ValueError, match=message):
        list(on_screen(frames, [time]))


def test_a_long_still_inside_a_video_is_on_screen():
    assert ''.join(on_screen([(0.0, 'a'), (9.0, 'b')], [1.0, 8.0, 9.5])) == 'aab'


def test_seconds_that_a_source_lacks_are_named(sources, tmp_path):
    with pytest.raises(VideoDecodeError, match=r'25\.mp4: .*ends at 7\.96 s, before'):
        cut_clip(sources['25'], tmp_path / 'clip.mp4', 7.0, 11.0)
    with pytest.raises(VideoDecodeError, match='no frame from|ends at 7.96 s'):
        cut_clip(sources['25'], tmp_path / 'clip.mp4', 20.0, 21.0)
    assert not list(tmp_path.iterdir())


def sound_only(path):
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('aac', rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), 'fltp', 'mono'
        )
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize(
    'bad', ['text', 'empty', 'sound only', 'damaged', 'cut off', 'unknown codec']
)
def test_a_bad_source_is_named_and_leaves_nothing(sources, tmp_path, break_middle, bad):
    source = tmp_path / 'bad.mp4'
    source.write_bytes(sources['25'].read_bytes())
    if bad == 'text':
        source.write_text('no video')
    elif bad == 'empty':
        source.write_bytes(b'')
    elif bad == 'sound only':
        sound_only(source)
    elif bad == 'damaged':
        break_middle(source)
    elif bad == 'unknown codec':
        source.write_bytes(source.read_bytes().replace(b'avc1', b'zzzz'))
    else:
        source.write_bytes(source.read_bytes()[:-9000])
    with pytest.raises(VideoDecodeError, match=r'bad\.mp4: cannot be cut \('):
        cut_clip(source, tmp_path / 'clips' / 'clip.mp4', 2.0, 6.0)
    assert not list((tmp_path / 'clips').glob('*'))
