"""The sound of a video, cut to its frames and in step with them."""

import os
from collections.abc import Iterator
from itertools import chain

import av
import numpy as np
from av.audio.resampler import AudioResampler

from carl_mm.datasets.video_io.containers import open_container
from carl_mm.datasets.video_io.frame_reader import VideoDecodeError

RATES = (48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)  # AAC's
JITTER_S = 0.03  # of time stamps


class Sound:
    """The first sound of a file between two times of its clock, mono or stereo.

    A hole in it is silent, so that it stays in step with the frames.

    Args:
        filename: Path of the file; see `has_sound`.
        start_s: Time at which it begins, in seconds by the file's own clock, as
            `FrameReader.start_time` is.
        end_s: Time at which it ends, > ``start_s``.

    Attributes:
        rate: Samples per second.
        layout: 'mono' or 'stereo'.
        num_samples: Number of samples in all, of each channel.

    Raises:
        VideoDecodeError: The file has no sound, or it cannot be decoded.
    """

    def __init__(
        self, filename: str | os.PathLike[str], start_s: float, end_s: float
    ) -> None:
        self.filename = str(filename)
        self.start_s = start_s
        try:
            with open_container(self.filename) as container:
                if not container.streams.audio:
                    raise VideoDecodeError(f'{self.filename}: contains no sound')
                context = container.streams.audio[0].codec_context
                self.rate = context.sample_rate
                self.layout = 'mono' if context.channels == 1 else 'stereo'
        except av.FFmpegError as error:
            raise self._broken(error) from error
        if self.rate not in RATES:
            self.rate = RATES[0]
        self.num_samples = round((end_s - start_s) * self.rate)

    def blocks(self) -> Iterator[np.ndarray]:
        """Decode the sound, a block at a time.

        Yields:
            ``(C, n)`` float32 in [-1, 1]; ``n`` adds up to ``num_samples``.

        Raises:
            VideoDecodeError: It cannot be decoded.
        """
        given = 0
        for start, samples in self._decoded():
            if start > given:
                silence = min(start, self.num_samples) - given
                yield from self._silence(silence)
                given += silence
            rest = samples[:, given - start : self.num_samples - start]
            if rest.shape[1]:
                yield rest
                given += rest.shape[1]
            if given == self.num_samples:
                return
        yield from self._silence(self.num_samples - given)

    def _decoded(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield blocks of samples, each after the place of its first one."""
        resampler = AudioResampler(format='fltp', layout=self.layout, rate=self.rate)
        try:
            with open_container(self.filename) as container:
                frames = container.decode(container.streams.audio[0])
                following: int | None = None
                for part in chain.from_iterable(
                    resampler.resample(frame) for frame in chain(frames, [None])
                ):
                    place = self._place(part, following)
                    following = place + part.samples
                    if following > 0:
                        yield place, part.to_ndarray()
        except av.FFmpegError as error:
            raise self._broken(error) from error

    def _place(self, part: av.AudioFrame, following: int | None) -> int:
        """Return where a part begins, in samples from the start.

        Time stamps are rounded, to milliseconds in some files: a part that begins about
        where the last one ended follows it.
        """
        if part.pts is None or part.time_base is None:
            return following or 0
        time_s = float(part.pts * part.time_base) - self.start_s
        place = round(time_s * self.rate)
        if following is None or abs(place - following) > JITTER_S * self.rate:
            return place
        return following

    def _silence(self, num_samples: int) -> Iterator[np.ndarray]:
        channels = 1 if self.layout == 'mono' else 2
        for start in range(0, num_samples, self.rate):
            length = min(self.rate, num_samples - start)
            yield np.zeros((channels, length), np.float32)

    def _broken(self, error: av.FFmpegError) -> VideoDecodeError:
        return VideoDecodeError(
            f'{self.filename}: its sound cannot be decoded ({error.strerror})'
        )


def has_sound(filename: str | os.PathLike[str]) -> bool:
    """Whether a video has sound; a folder of images has none."""
    if os.path.isdir(filename):
        return False
    try:
        with open_container(filename) as container:
            return any(s.codec_context is not None for s in container.streams.audio)
    except (av.FFmpegError, VideoDecodeError):
        return False
