"""Crop videos to their subject."""

from typing import Any

from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from carl_mm.datasets.video_io.cropped_video import CroppedVideo


@TRANSFORMS.register_module()
class CropToSubject(BaseTransform):
    """Crop a video to one square around where it moves, for small subjects.

    It learns nothing, and a still video keeps its central square. The steps that follow
    see square frames. The square is found when the first frame is read, by decoding the
    video once more: worth it where features are cached or a video is read whole,
    dear where a few frames are read in every epoch.

    Required and modified keys: video.

    Args:
        max_size: Largest side of a frame, in pixels, to which a larger square is
            reduced; by default any.

    Raises:
        ValueError: ``max_size`` is below 1.
    """

    def __init__(self, max_size: int | None = None) -> None:
        if max_size is not None and max_size < 1:
            raise ValueError(f'max_size must be at least 1, got {max_size}')
        self.max_size = max_size

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Wrap the video; nothing is decoded yet.

        Raises:
            ValueError: There is no opened video.
        """
        if 'video' not in results:
            raise ValueError(
                'CropToSubject found no opened video; put it behind OpenVideo and '
                'before the step that decodes'
            )
        results['video'] = CroppedVideo(results['video'], self.max_size)
        return results
