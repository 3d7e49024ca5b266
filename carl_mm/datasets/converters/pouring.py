"""Pouring: TFRecord files of videos as JPEG images, each with a label."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.datasets.converters.conversion import ConversionSummary, conclude
from carl_mm.datasets.converters.encoding import encode_videos
from carl_mm.datasets.converters.formats.frame_labels import label_rows, to_frame_labels
from carl_mm.datasets.converters.formats.tfrecord import (
    Record,
    SequenceExample,
    parse_sequence_example,
    read_record,
    read_records,
)
from carl_mm.datasets.problems import refuse
from carl_mm.datasets.video_io.frame_reader import VideoDecodeError
from carl_mm.datasets.video_io.image_folder import decode_image
from carl_mm.quoting import quote

ACTION = 'pouring'
NUM_PHASES = 5
FPS = 25  # of CARL's own archive; the records do not tell
SPLIT_OF_NAME = {'train': 'train', 'val': 'test'}
FILE_NAME = re.compile(r'\w[\w .\-]*')
SHARD = re.compile(r'(.*-)(\d+)-of-(\d+)(\.tfrecord)')
Place = tuple[Path, int, int]  # of a record: file, index, offset


def pouring_phases() -> dict[str, list[str]]:
    """Return names for the phases, which are published as numbers."""
    return {ACTION: [f'phase_{index}' for index in range(NUM_PHASES)]}


def annotations_from_pouring(
    tfrecord_dir: str | Path, video_dir: str | Path, workers: int = 4
) -> tuple[dict[str, Any], ConversionSummary]:
    """Make annotations of Pouring, and mp4 files of its images.

    All records are checked before anything is encoded. Left out are videos with an
    image that cannot be decoded, and missing files of a numbered set.

    Args:
        tfrecord_dir: Folder of ``pouring_train-0-of-2.tfrecord`` and so on, and of
            ``pouring_val-0-of-1.tfrecord``, whose videos are test videos.
        video_dir: Folder of the mp4 files.
        workers: Number of threads that encode.

    Returns:
        The annotations and their summary.

    Raises:
        FileNotFoundError: A split has no file.
        TFRecordError: A file is damaged; the message names the record.
        ValueError: A file has no records, or records contradict themselves or each
            other; the message lists all problems.
    """
    files, left_out = _find_files(Path(tfrecord_dir))
    entries, places = list[dict[str, Any]](), dict[str, Place]()
    problems = list[str]()
    for path, split in files.items():
        problems += _read_file(path, split, entries, places)
    refuse(str(tfrecord_dir), problems)
    left_out |= encode_videos(
        entries,
        video_dir,
        lambda entry: _frames(read_record(*places[entry['filename']])),
        FPS,
        workers,
    )
    return conclude(tfrecord_dir, pouring_phases(), entries, left_out)


def _find_files(folder: Path) -> tuple[dict[Path, str], dict[str, str]]:
    """Return the split of each file, and what is missing from numbered sets."""
    files, missing = dict[Path, str](), dict[str, str]()
    for name, split in SPLIT_OF_NAME.items():
        paths = sorted(folder.glob(f'pouring_{name}*.tfrecord'))
        if not paths:
            raise FileNotFoundError(f'{folder}: contains no pouring_{name}*.tfrecord')
        files |= dict.fromkeys(paths, split)
    for path in files:
        shard = SHARD.fullmatch(path.name)
        if shard is None:
            continue
        for index in range(int(shard[3])):
            name = f'{shard[1]}{index:0{len(shard[2])}}-of-{shard[3]}{shard[4]}'
            if not (folder / name).exists():
                missing[name] = 'no such file'
    return files, missing


def _read_file(
    path: Path, split: str, entries: list[dict[str, Any]], places: dict[str, Place]
) -> Iterator[str]:
    """Add a file's videos to the entries and places; yield the file's problems."""
    record = None
    for record in read_records(path):
        where = f'{path.name}: record {record.index}'
        example = parse_sequence_example(record)
        try:
            entry = _entry(example, split)
        except ValueError as error:
            yield f'{where}: {error}'
            continue
        place = (path, record.index, record.offset)
        other = places.setdefault(entry['filename'], place)
        if other != place:
            yield (
                f'{where}: {entry["filename"]} is also in {other[0].name}, '
                f'record {other[1]}'
            )
        entries.append(entry)
    if record is None:
        yield f'{path.name}: contains no record; download it again'


def _entry(example: SequenceExample, split: str) -> dict[str, Any]:
    """Make an entry; raise a ValueError if its parts contradict each other."""
    context, lists = example.context, example.feature_lists
    match context.get('name'), context.get('len'):
        case [[bytes(raw)], [int(length)]]:
            name = raw.decode('utf-8')
        case found:
            raise ValueError(f'expected one name and one len, got {quote(found)}')
    if not FILE_NAME.fullmatch(name):
        raise ValueError(f'{quote(name)} cannot be the name of a file')
    video, labels = lists.get('video', []), lists.get('frame_labels', [])
    if length == 0 or {len(video), len(labels)} != {length}:
        raise ValueError(
            f'{name}: len {length}, but {len(video)} frames and {len(labels)} '
            'frame_labels'
        )
    for index, (image, label) in enumerate(zip(video, labels, strict=True)):
        if not (len(image) == len(label) == 1 and isinstance(image[0], bytes)):
            raise ValueError(f'{name}: frame {index} must have one image and one label')
    try:
        values = to_frame_labels([step[0] for step in labels], NUM_PHASES)
    except ValueError as error:
        raise ValueError(f'{name}: {error}') from error
    return {
        'filename': f'{name}.mp4',
        'split': split,
        'num_frames': length,
        'action': ACTION,
        'phases': label_rows(values),
    }


def _frames(record: Record) -> Iterator[np.ndarray]:
    shape = None
    video: Any = parse_sequence_example(record).feature_lists['video']
    for index, step in enumerate(video):
        image = decode_image(step[0], f'{record}: frame {index}')
        shape = shape or image.shape
        if image.shape != shape:
            raise VideoDecodeError(
                f'{record}: frame {index} is {image.shape[1]}x{image.shape[0]}, but '
                f'frame 0 is {shape[1]}x{shape[0]}'
            )
        yield image
