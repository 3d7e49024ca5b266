"""A small CVRL model and batches for it."""

import torch
from mmaction.registry import MODELS

from carl_mm.datasets.video_io.open_video import VideoDecodeError

BACKBONE = dict(
    type='ResNet3d',
    depth=18,
    stage_blocks=(1, 1, 1, 1),
    base_channels=4,
    pretrained=None,
    conv1_kernel=(5, 7, 7),
    conv1_stride_t=2,
    with_pool2=False,
    inflate=((0,), (0,), (1,), (1,)),
    zero_init_residual=False,
)


def clip_recognizer(**changes):
    """Clips of four frames, every second one, to 32 channels."""
    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='ClipRecognizer',
            backbone=BACKBONE,
            cls_head=dict(
                type='ClipContrastiveHead',
                in_channels=32,
                hidden_channels=16,
                out_channels=8,
            ),
            num_frames=4,
        )
        | changes
    )
    model.backbone.init_weights()
    return model


def clip_batch(num_videos, num_frames=4, size=32):
    """As the preprocessor gives it: frames in [0, 1], each clip of its own colour."""
    generator = torch.Generator().manual_seed(num_videos)
    shape = (num_videos, 2, num_frames, 3, size, size)
    colours = torch.rand(num_videos, 2, 1, 3, 1, 1, generator=generator)
    flags = torch.ones(num_videos, 2, num_frames, dtype=torch.bool)
    return {
        'inputs': torch.rand(shape, generator=generator) * colours,
        'frame_inds': flags.long(),
        'valid': flags,
    }


class Stream:
    """What a `FrameStream` offers."""

    def __init__(self, frames, fails=False):
        self.frames = frames
        self.fails = fails

    def __len__(self):
        return len(self.frames)

    def chunks(self, chunk_size):
        if self.fails:
            raise VideoDecodeError('a.mp4: cannot be decoded')
        yield from (part[None] for part in self.frames.split(chunk_size))
