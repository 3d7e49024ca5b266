"""Turn the dict of a sample into what the model and the metrics take."""

from typing import Any

import numpy as np
import torch
from mmaction.registry import TRANSFORMS
from mmaction.structures import ActionDataSample
from mmcv.transforms import BaseTransform

from carl_mm.datasets.annotations import frame_labels

META_KEYS = (
    'filename',
    'action',
    'split',
    'view',
    'sample_idx',
    'total_frames',
    'fps',
    'cuts',
)


@TRANSFORMS.register_module()
class PackFramewiseInputs(BaseTransform):
    """Pack views or a whole video for the model.

    Required keys: imgs or inputs, frame_inds, valid. Optional keys: phases, and the
    keys of ``meta_keys``. Result: inputs uint8 ``(V, T, 3, H, W)``, or the
    `FrameStream` of a whole video, or cached features ``(V, T, C)`` float32; frame_inds
    int64 and valid bool ``(V, T)``; data_samples, an `ActionDataSample`, with gt_label
    ``(S,)`` int64, -1 where unlabelled, if there are phases.

    Args:
        meta_keys: Keys that are copied to the data sample where present.
    """

    def __init__(self, meta_keys: tuple[str, ...] = META_KEYS) -> None:
        self.meta_keys = meta_keys

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack the sample."""
        if 'inputs' in results:
            inputs = results['inputs']
            if isinstance(inputs, np.ndarray):
                inputs = torch.from_numpy(inputs)
        else:
            # Frames stay as decoded, (H, W, 3) in memory: that is channels_last.
            views = torch.from_numpy(np.asarray(results['imgs']))
            inputs = views.permute(0, 1, 4, 2, 3)
        data_sample = ActionDataSample(
            metainfo={key: results[key] for key in self.meta_keys if key in results}
        )
        if 'phases' in results:
            labels = frame_labels(results['phases'], results['total_frames'])
            data_sample.gt_label = torch.from_numpy(labels)
        return {
            'inputs': inputs,
            'frame_inds': torch.from_numpy(results['frame_inds']),
            'valid': torch.from_numpy(results['valid']),
            'data_samples': data_sample,
        }
