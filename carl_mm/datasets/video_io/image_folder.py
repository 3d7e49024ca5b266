"""Folders of numbered images, read as videos."""

import io
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from carl_mm.datasets.video_io.containers import MAX_PIXELS, too_large
from carl_mm.datasets.video_io.frame_reader import FrameReader, VideoDecodeError

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png')
PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
FORMATS = ('JPEG', 'PNG', 'WEBP', 'BMP')
IMAGE_FOLDER_FPS = 30.0  # Penn Action's; a folder does not tell its own


class ImageFolder(FrameReader):
    """A folder of numbered images, one per frame: 000001.jpg, 000002.jpg, ...

    Names end in the number, and numbering may start anywhere. Other files are ignored.

    Args:
        filename: Path of the folder.

    Raises:
        VideoDecodeError: There is no image, one has no number, or a number is missing
            or there twice.
    """

    fps = IMAGE_FOLDER_FPS

    def __init__(self, filename: str | os.PathLike[str]) -> None:
        self.filename = str(filename)
        self._names = self._names_in_order()
        self.num_frames = len(self._names)
        self.timestamps = np.arange(self.num_frames) / self.fps
        self._first_read: tuple[str, tuple[int, ...]] | None = None

    def _names_in_order(self) -> list[str]:
        names: dict[int, str] = {}
        for name in sorted(os.listdir(self.filename)):
            stem, suffix = os.path.splitext(name)
            if suffix.lower() not in IMAGE_SUFFIXES or name.startswith('.'):
                continue
            digits = re.search(r'\d+$', stem)
            if digits is None:
                raise VideoDecodeError(f'{self.filename}: {name} has no frame number')
            other = names.setdefault(int(digits[0]), name)
            if other != name:
                raise VideoDecodeError(
                    f'{self.filename}: {other} and {name} have the same frame number'
                )
        if not names:
            raise VideoDecodeError(f'{self.filename}: contains no frame')
        numbers = sorted(names)
        for number, following in zip(numbers, numbers[1:], strict=False):
            if following != number + 1:
                raise VideoDecodeError(
                    f'{self.filename}: frame {number + 1} is missing, between '
                    f'{names[number]} and {names[following]}'
                )
        return [names[number] for number in numbers]

    def stream(self, frame_inds: Iterable[int]) -> Iterator[np.ndarray]:
        """Decode images one at a time; see `FrameReader.stream`."""
        for index in frame_inds:
            yield self._read_image(self._names[index])

    def _read_image(self, name: str) -> np.ndarray:
        try:
            encoded = Path(self.filename, name).read_bytes()
        except OSError as error:
            raise VideoDecodeError(
                f'{self.filename}: {name} cannot be read ({error.strerror})'
            ) from error
        image = decode_image(encoded, f'{self.filename}: {name}')
        first, shape = self._first_read = self._first_read or (name, image.shape)
        if image.shape != shape:
            raise VideoDecodeError(
                f'{self.filename}: {name} is {image.shape[1]}x{image.shape[0]}, '
                f'{first} is {shape[1]}x{shape[0]}'
            )
        return image


class RawFrames(ImageFolder):
    """Frames that a template names, as annotations of mmaction2's `RawframeDataset` do.

    Other files, such as flow, may be in the folder.

    Args:
        frame_dir: Path of the folder.
        template: Name of a frame, with its number as ``img_{:05}.jpg`` has it.
        first: Number of the first frame.
        num_frames: Number of frames, at least 1.

    Raises:
        VideoDecodeError: A frame is missing, or none is asked for.
    """

    def __init__(
        self,
        frame_dir: str | os.PathLike[str],
        template: str,
        first: int,
        num_frames: int,
    ) -> None:
        self._expected = [template.format(first + i) for i in range(num_frames)]
        super().__init__(frame_dir)

    def _names_in_order(self) -> list[str]:
        if not self._expected:
            raise VideoDecodeError(f'{self.filename}: annotated with 0 frames')
        there = set(os.listdir(self.filename)) if os.path.isdir(self.filename) else ()
        for number, name in enumerate(self._expected):
            if name not in there:
                raise VideoDecodeError(
                    f'{self.filename}: {name} is missing, frame {number} of '
                    f'{len(self._expected)}; correct the annotations, start_index or '
                    'filename_tmpl'
                )
        return self._expected


def decode_image(encoded: bytes, name: str) -> np.ndarray:
    """Decode a JPEG or PNG image to ``(H, W, 3)`` uint8, RGB.

    Args:
        encoded: Content of the image file.
        name: What to call the image in a message.

    Raises:
        VideoDecodeError: The bytes are not an image, not a whole one, or one of more
            pixels than `MAX_PIXELS`, which then is not decoded.
    """
    size = _size(encoded)
    if size is None or not _chunks_fit(encoded):
        raise VideoDecodeError(f'{name} cannot be decoded')
    if size[0] * size[1] > MAX_PIXELS:
        raise too_large(name)
    # cv2.imread would fill up a truncated JPEG with gray.
    data = np.frombuffer(encoded, np.uint8)
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except cv2.error:  # a header that contradicts itself
        image = None
    if image is None:
        raise VideoDecodeError(f'{name} cannot be decoded')
    return image[..., ::-1]


def _chunks_fit(encoded: bytes) -> bool:
    """Whether a PNG's chunks end in the file: OpenCV makes room for what they claim."""
    if not encoded.startswith(PNG_SIGNATURE):
        return True
    place = len(PNG_SIGNATURE)
    kind = b''
    while place + 8 <= len(encoded) and kind != b'IEND':
        kind = encoded[place + 4 : place + 8]
        # Length, kind, content, checksum.
        place += 12 + int.from_bytes(encoded[place : place + 4], 'big')
    return place <= len(encoded)


def _size(encoded: bytes) -> tuple[int, int] | None:
    """Return an image's width and height by its header, None if it has none."""
    try:
        # Names lie: people rename .webp and .bmp to .jpg, and OpenCV reads them.
        with Image.open(io.BytesIO(encoded), formats=FORMATS) as image:
            return image.size
    except Image.DecompressionBombError:
        return MAX_PIXELS, 2
    except Exception:  # Pillow raises errors of many kinds at damaged bytes
        return None
