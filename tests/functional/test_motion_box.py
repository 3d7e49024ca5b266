import tracemalloc

import numpy as np
import pytest

from carl_mm.functional import motion_box, motion_frames, motion_map


def slow_map(frames, lag):
    """Pair by pair, pixel by pixel."""
    height, width = frames[0].shape
    total = [[0.0] * width for _ in range(height)]
    pairs = [(i, i + lag) for i in range(len(frames)) if i + lag < len(frames)]
    for first, second in pairs:
        first_frame, second_frame = frames[first].tolist(), frames[second].tolist()
        values = [
            [abs(b - a) for a, b in zip(row_a, row_b, strict=True)]
            for row_a, row_b in zip(first_frame, second_frame, strict=True)
        ]
        ordered = sorted(value for row in values for value in row)
        middle = len(ordered) // 2
        median = ordered[middle]
        if len(ordered) % 2 == 0:
            median = (ordered[middle - 1] + ordered[middle]) / 2
        for y in range(height):
            for x in range(width):
                total[y][x] += min(40, max(0, values[y][x] - 2 * median - 4))
    return np.array(total) / max(1, len(pairs))


def slow_span(mass):
    """Walk from the left until 3% and 97% of the mass are behind."""
    whole, behind, first, last = sum(mass), 0.0, None, None
    for place, value in enumerate(mass):
        behind += value
        if first is None and behind >= 0.03 * whole:
            first = place
        if last is None and behind >= 0.97 * whole:
            last = place
    return first / len(mass), (last + 1) / len(mass)


def slow_box(motion, height, width):
    rows = [sum(row) for row in motion.tolist()]
    columns = [sum(row[x] for row in motion.tolist()) for x in range(motion.shape[1])]
    (top, bottom), (left, right) = slow_span(rows), slow_span(columns)
    span = max((bottom - top) * height, (right - left) * width)
    side = max(1.2 * span, 0.35 * min(height, width))
    side = round(min(side, max(height, width)))
    places = []
    for centre, length in (
        ((top + bottom) / 2 * height, height),
        ((left + right) / 2 * width, width),
    ):
        start = round(centre - side / 2)
        if side > length:
            start = -((side - length + 1) // 2)
        else:
            while start < 0:
                start += 1
            while start + side > length:
                start -= 1
        places.append(start)
    return (*places, side)


@pytest.mark.parametrize('seed', range(6))
@pytest.mark.parametrize('lag', [1, 3])
def test_the_map_is_the_slow_loops(seed, lag):
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 30, (8, 5 + seed, 7), dtype=np.uint8)
    frames[:, 1:3, 2:5] += rng.integers(0, 220, (8, 2, 3), dtype=np.uint8)
    np.testing.assert_allclose(motion_map(frames, lag), slow_map(frames, lag))


@pytest.mark.parametrize('seed', range(30))
def test_the_box_is_the_slow_loops(seed):
    rng = np.random.default_rng(seed)
    motion = np.zeros((54, 96)[:: rng.choice([-1, 1])])
    rows, columns = (np.sort(rng.integers(0, n, 2)) for n in motion.shape)
    part = np.s_[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1]
    motion[part] = rng.uniform(0, 40, motion[part].shape)
    height, width = motion.shape[0] * 10 + 3, motion.shape[1] * 10 + 7
    assert motion_box(motion, height, width) == slow_box(motion, height, width)


def test_a_box_by_hand():
    """Rows 4 to 6 of 10 and columns 12 to 14 of 20 move, in a picture of 200 x 300.

    These are 80 to 140 and 180 to 225 px: the side is 1.2 x 60, around (110, 202.5).
    """
    motion = np.zeros((10, 20))
    motion[4:7, 12:15] = 7.0
    assert motion_box(motion, 200, 300) == (74, 166, 72)
    moved_in = np.roll(motion, 5, axis=1)  # 255 to 300 px: it would end at 313.5
    assert motion_box(moved_in, 200, 300) == (74, 228, 72)
    moved_in = np.roll(motion, -12, axis=1)
    assert motion_box(moved_in, 200, 300) == (74, 0, 72)


def test_the_tails_are_left_out():
    motion = np.zeros((10, 100))
    motion[5, 50], motion[0, 0], motion[9, 99] = 95.0, 2.5, 2.5
    # Only column 50 and row 5 count: the least side, 0.35 of 100.
    assert motion_box(motion, 100, 1000) == (38, 488, 35)
    # 4.9% in column 0: the span is columns 0 to 50, 510 px, and the side 612.
    motion[0, 0] = 5.0
    assert motion_box(motion, 100, 1000) == (-256, 0, 612)


def test_a_large_subject_is_held_whole_and_centred_where_it_does_not_fit():
    motion = np.zeros((54, 96))
    motion[20:50, :90] = 1.0
    assert motion_box(motion, 540, 960) == (-210, 0, 960)
    motion = np.ones((96, 54))  # 9:16
    assert motion_box(motion, 961, 540) == (0, -211, 961)


@pytest.mark.parametrize(
    ('shape', 'expected'),
    [((90, 161), (0, 35, 90)), ((160, 90), (35, 0, 90)), ((1, 1), (0, 0, 1))],
)
def test_where_nothing_moves_it_is_the_central_square(shape, expected):
    assert motion_box(np.zeros((5, 7)), *shape) == expected


def test_one_frame_or_none_to_compare_shows_no_motion():
    frame = np.full((3, 4), 200, np.uint8)
    assert motion_map([frame], 1).tolist() == np.zeros((3, 4)).tolist()
    assert not motion_map([frame, frame * 0, frame], 3).any()


def test_noise_and_light_move_nothing():
    rng = np.random.default_rng(0)
    frames = (
        rng.integers(100, 104, (20, 54, 96)) + 30 * np.arange(20)[:, None, None] % 90
    )
    assert not motion_map(frames.astype(np.uint8), 1).any()


@pytest.mark.parametrize(
    ('num_frames', 'num_read', 'gap'),
    [
        (1, 1, 1),
        (2, 2, 1),
        (79, 79, 1),
        (80, 80, 2),
        (1000, 1000, 25),
        (1001, 501, 24),
        (10_000, 1000, 250),
        (100_000, 1000, 2500),
        (123_457, 996, 3100),
    ],
)
def test_a_long_video_is_looked_at_in_places(num_frames, num_read, gap):
    frames, lag = motion_frames(num_frames)
    assert (len(frames), lag * frames.step) == (num_read, gap)
    assert frames[-1] < num_frames
    assert num_frames - frames[-1] <= frames.step
    assert lag <= 25


def test_only_as_many_frames_are_held_as_the_lag():
    shape, size = (540, 960), 540 * 960

    def frames():
        for index in range(60):
            yield np.full(shape, index, np.uint8)

    tracemalloc.start()
    motion_map(frames(), lag=4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 5 frames of 2 bytes; the sum and some copies of a difference, of 8.
    assert peak < size * (5 * 2 + 6 * 8)


@pytest.mark.parametrize(
    ('frames', 'lag', 'message'),
    [
        ([], 1, 'no frame'),
        ([np.zeros((2, 3), np.uint8)], 0, 'lag must be at least 1, got 0'),
        ([np.zeros((2, 3, 3), np.uint8)], 1, r'frame 0: .* got \(2, 3, 3\)'),
        ([np.zeros((2, 3))], 1, r'frame 0: .* float64'),
        ([np.zeros((0, 3), np.uint8)], 1, r'frame 0: .* got \(0, 3\)'),
        (
            [np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8)],
            1,
            r'frame 1: is \(3, 2\), the first one \(2, 3\)',
        ),
    ],
)
def test_frames_that_are_refused(frames, lag, message):
    with pytest.raises(ValueError, match=message):
        motion_map(frames, lag)


@pytest.mark.parametrize(
    ('motion', 'size', 'message'),
    [
        (np.zeros(3), (4, 4), r'got \(3,\)'),
        (np.zeros((0, 3)), (4, 4), r'got \(0, 3\)'),
        (np.zeros((2, 2)), (0, 4), '0 x 4'),
        (np.full((2, 2), np.nan), (4, 4), 'finite'),
        (np.full((2, 2), np.inf), (4, 4), 'finite'),
        (np.full((2, 2), -1.0), (4, 4), 'at least 0'),
    ],
)
def test_motion_that_is_refused(motion, size, message):
    with pytest.raises(ValueError, match=message):
        motion_box(motion, *size)


@pytest.mark.parametrize('numbers', [(0,), (-3,), (5, 0)])
def test_numbers_below_1_are_refused(numbers):
    with pytest.raises(ValueError, match=f'got {numbers[0]} and'):
        motion_frames(*numbers)
