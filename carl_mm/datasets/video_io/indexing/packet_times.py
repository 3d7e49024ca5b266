"""Frames found by the times of their packets, where each packet is a frame."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from carl_mm.datasets.video_io.indexing.decoding import Frames, MissingFrameError, Open
from carl_mm.datasets.video_io.indexing.packets import Packets

NEVER = -(2**63)


@dataclass(frozen=True)
class PacketTimes:
    """The frames of a file whose packets tell them.

    Attributes:
        stamps: Time stamp of each frame, in the stream's unit, ascending.
        key_stamps: Time stamps of the key frames, ascending.
    """

    stamps: Sequence[int]
    key_stamps: Sequence[int]

    @classmethod
    def of(cls, packets: Packets) -> 'PacketTimes':
        """Take the times of packets that are above suspicion."""
        times = [time for time in packets.times if time is not None]
        return cls(sorted(times), sorted(compress(times, packets.keys)))

    def frames(self, open_file: Open, frame_inds: Sequence[int]) -> Frames:
        """Decode frames one at a time.

        It decodes on to the next frame, or jumps if there is a key frame in between.

        Args:
            open_file: Opens the file.
            frame_inds: Indices, ascending.

        Raises:
            MissingFrameError: A frame is not where its packet says, or damaged.
        """
        with open_file() as (container, stream):
            frames, following = container.decode(stream), 0
            for index in frame_inds:
                if self._key_stamp(index) > self._key_stamp(following):
                    frames = self._jump(container, stream, index)
                following = index + 1
                yield self._find(frames, index)

    def _key_stamp(self, index: int) -> int:
        """Return the time of the key frame from which a frame is decoded."""
        if index >= len(self.stamps):
            return 0  # past the end
        place = bisect_right(self.key_stamps, self.stamps[index])
        return self.key_stamps[place - 1] if place else self.stamps[0]

    def _jump(
        self, container: InputContainer, stream: VideoStream, index: int
    ) -> Frames:
        """Seek to a key frame that is not after the frame.

        Seeking goes by decoding time, so the first key frame found may be presented
        after the frame: then it seeks farther back.
        """
        place = bisect_right(self.key_stamps, self.stamps[index]) - 1
        while True:
            target = self.key_stamps[place] if place >= 0 else self.stamps[0]
            container.seek(target, stream=stream)
            frames = container.decode(stream)
            first = next(frames, None)
            if first is not None and _stamp(first) <= self.stamps[index]:
                return chain([first], frames)
            if place < 0:
                raise MissingFrameError(index)
            place = place // 2 - 1 if place > 1 else place - 1

    def _find(self, frames: Frames, index: int) -> av.VideoFrame:
        """Decode on to a frame."""
        stamp = self.stamps[index]
        for frame in frames:
            if frame.is_corrupt or _stamp(frame) > stamp:
                break
            if frame.pts == stamp:
                return frame
        raise MissingFrameError(index)


def _stamp(frame: av.VideoFrame) -> int:
    return NEVER if frame.pts is None else frame.pts
