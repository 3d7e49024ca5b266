"""Views in the pipelines of mmaction2, whose transforms know only a list of frames."""

from collections.abc import Sequence
from typing import Any

from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform, Compose


@TRANSFORMS.register_module()
class ViewsAsClips(BaseTransform):
    """Hand the views of a sampler, such as `DualViewTemporalCrop`, to mmaction2.

    mmaction2's decoders take frames one after the other, counted from start_index, and
    its other transforms find the views as clips. Behind it may stand `DecordDecode`,
    `PyAVDecode`, `OpenCVDecode` or `RawFrameDecode`, spatial transforms (see
    `EachView`), `FormatShape` and `PackActionInputs`, whose ``meta_keys`` take
    view_inds and valid to a `Recognizer2DNeck` and a `Recognizer2DHead`.

    Required keys: frame_inds and valid, ``(V, T)``. Optional keys: start_index.
    Modified keys: frame_inds ``(V T,)``. Added keys: view_inds ``(V, T)`` int64, the
    places of the frames in the video; num_clips V, clip_len T.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Lay the views out as clips."""
        views = results['view_inds'] = results['frame_inds']
        results['num_clips'], results['clip_len'] = views.shape
        results['frame_inds'] = views.reshape(-1) + results.get('start_index', 0)
        return results


@TRANSFORMS.register_module()
class EachView(BaseTransform):
    """Apply mmaction2's transforms to each view, so that each has draws of its own.

    Without it `RandomResizedCrop`, say, cuts all views alike.

    Required keys: imgs, V views of T frames one after the other, and clip_len T.
    Modified keys: imgs, and what the transforms write, of which the last view's stay.

    Args:
        transforms: Configs of the transforms; not lazy ones.
    """

    def __init__(self, transforms: Sequence[dict[str, Any]]) -> None:
        self.steps = Compose([TRANSFORMS.build(step) for step in transforms])

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Transform one view after the other.

        Raises:
            ValueError: A transform is lazy.
        """
        imgs, length, done = results['imgs'], results['clip_len'], []
        for start in range(0, len(imgs), length):
            view = {**results, 'imgs': imgs[start : start + length]}
            results_of_view = self.steps(view)
            if 'lazy' in results_of_view:
                raise ValueError('EachView: leave out lazy=True of its transforms')
            done += list(results_of_view['imgs'])
        return {**results_of_view, 'imgs': done}
