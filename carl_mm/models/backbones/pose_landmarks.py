"""How a body is bent: landmarks of a person, as MediaPipe's networks find them."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from carl_mm.functional.body_pose import NUM_LANDMARKS, relative_landmarks
from carl_mm.functional.smoothing import fill_missing_frames, smooth_over_time

SIDE = 256  # of the network's input, in pixels
CENTRE, EDGE = 33, 34  # two more points, which span the circle around the body
MARGIN = 1.25  # of the square around that circle, as MediaPipe takes it


@MODELS.register_module()
class PoseLandmarks(BaseModule):
    """Landmarks of the one person in each frame, by BlazePose (2020) on the CPU.

    A `FramewiseRecognizer` takes them beside its backbone (``extra_features``). The
    network looks twice: at the whole frame, then at the square around the person that
    it has found there. It suits frames that are cropped to the person
    (`CropToSubject`); of several people it follows the most central one.

    Google's networks (Apache-2.0) are in the npm package ``@mediapipe/pose``, in three
    sizes, ``lite``, ``full`` and ``heavy``; ``npm install @mediapipe/pose`` puts them
    where ``model_file`` looks.

    Args:
        model_file: File of the network, ``pose_landmark_*.tflite``.
        min_presence: Least probability that there is a person, in [0, 1]; a frame below
            it takes its values from its neighbours in time.
        sigma: Standard deviation of the Gaussian that smooths over time, in frames; 0
            smooths nothing.
        num_threads: Number of threads of the network.

    Attributes:
        out_channels: Number of values of a frame, 99: across, down and visibility of
            33 landmarks.

    Raises:
        ImportError: The PyPI package ``ai-edge-litert`` is not installed.
        FileNotFoundError: There is no such ``model_file``.
        ValueError: A number is out of range.
    """

    out_channels = 3 * NUM_LANDMARKS

    def __init__(
        self,
        model_file: str = 'node_modules/@mediapipe/pose/pose_landmark_full.tflite',
        min_presence: float = 0.5,
        sigma: float = 1.0,
        num_threads: int = 1,
    ) -> None:
        super().__init__()
        if not 0 <= min_presence <= 1 or sigma < 0 or num_threads < 1:
            raise ValueError(
                'min_presence must be in [0, 1], sigma not negative and num_threads at '
                f'least 1, got {min_presence}, {sigma} and {num_threads}'
            )
        self.model_file = model_file
        self.min_presence = min_presence
        self.sigma = sigma
        self.num_threads = num_threads
        self._network: Any = load_network(model_file, num_threads)

    def forward(self, frames: Tensor, before: Tensor | None = None) -> Tensor:
        """Find the landmarks of each frame.

        Args:
            frames: Frames, ``(n, 3, H, W)`` uint8, RGB.
            before: Unused, as a frame is looked at alone.

        Returns:
            Places across, places down, both in longer sides of the frame, and
            visibilities in [0, 1], ``(n, 99)`` float32, on the CPU; NaN where no person
            is found.

        Raises:
            ValueError: Frames are not uint8.
        """
        if frames.dtype != torch.uint8:
            raise ValueError(f'pose landmarks need uint8 frames, got {frames.dtype}')
        rows = np.full((len(frames), self.out_channels), np.nan, dtype=np.float32)
        for row, frame in zip(rows, frames, strict=True):
            picture = frame.permute(1, 2, 0).cpu().contiguous().numpy()
            points, presence = self._look_twice(picture)
            if presence >= self.min_presence:
                places = points[:NUM_LANDMARKS, :2] / max(picture.shape[:2])
                visibility = 1 / (1 + np.exp(-points[:NUM_LANDMARKS, 3]))
                row[:] = np.concatenate((*places.T, visibility))
        return torch.from_numpy(rows)

    def over_time(self, landmarks: Tensor) -> Tensor:
        """Fill gaps, smooth, and make places relative to the body.

        Args:
            landmarks: What `forward` gives for a whole video, ``(T, 99)``.

        Returns:
            ``(T, 99)``: places across and down in lengths of the trunk from the middle
            of the hips (see `carl_mm.functional.relative_landmarks`), and visibilities.
            All zero if there is no person in any frame.
        """
        rows = smooth_over_time(fill_missing_frames(landmarks), self.sigma)
        across, down, visibility = torch.split(rows, NUM_LANDMARKS, dim=1)
        places = relative_landmarks(torch.stack((across, down), dim=2))
        return torch.cat((places[..., 0], places[..., 1], visibility), dim=1)

    def extra_repr(self) -> str:
        """Return the settings, which the names of cached features depend on."""
        return (
            f'{Path(self.model_file).name}, min_presence={self.min_presence}, '
            f'sigma={self.sigma}'
        )

    def __getstate__(self) -> dict[str, Any]:
        """Leave the network out, which cannot be copied, and is loaded again."""
        return {**self.__dict__, '_network': None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load the network again."""
        super().__setstate__(state)
        self._network = load_network(self.model_file, self.num_threads)

    def _look_twice(self, picture: np.ndarray) -> tuple[np.ndarray, float]:
        """Return points ``(39, 5)`` in pixels, and how probably they are a person's."""
        height, width = picture.shape[:2]
        first = self._look(picture, (width / 2, height / 2), max(height, width))
        centre, edge = first[0][[CENTRE, EDGE], :2]
        radius = max(float(np.hypot(*(edge - centre))), 1.0)
        second = self._look(picture, tuple(centre), 2 * MARGIN * radius)
        return max(first, second, key=lambda found: found[1])

    def _look(
        self, picture: np.ndarray, centre: tuple[float, ...], side: float
    ) -> tuple[np.ndarray, float]:
        """Pass a square of a picture, black where it lies outside."""
        scale = SIDE / side
        shift = [SIDE / 2 - scale * place for place in centre]
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        square: Any = cv2.warpAffine(picture, matrix, (SIDE, SIDE))
        points, presence = self._network(square.astype(np.float32)[None] / 255)
        points = points.reshape(-1, 5).copy()
        points[:, :2] = (points[:, :2] - shift) / scale
        return points, presence


def load_network(file: str, num_threads: int) -> Any:
    """Return the network of a file.

    It takes pictures ``(1, 256, 256, 3)`` in [0, 1] to an array of 39 points, each
    across, down, depth, visibility and presence, and to the probability of a person.

    Raises:
        ImportError: The PyPI package ``ai-edge-litert`` is not installed.
        FileNotFoundError: There is no such file.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ImportError('PoseLandmarks needs: pip install ai-edge-litert') from error
    if not Path(file).is_file():
        raise FileNotFoundError(
            f'{file}: no such model_file of PoseLandmarks; get it by: '
            'npm install @mediapipe/pose'
        )
    interpreter = Interpreter(file, num_threads=num_threads)
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    outputs = {d['name']: d['index'] for d in interpreter.get_output_details()}

    def run(picture: np.ndarray) -> tuple[np.ndarray, float]:
        interpreter.set_tensor(given['index'], picture)
        interpreter.invoke()
        presence = interpreter.get_tensor(outputs['Identity_1'])
        return interpreter.get_tensor(outputs['Identity']), float(presence[0, 0])

    return run
