"""Pictures turned as their file says."""

import math
import struct
from typing import Any

import av
import numpy as np


def upright(frame: av.VideoFrame, picture: np.ndarray) -> np.ndarray:
    """Rotate and mirror a picture as the file says; phones record videos this way."""
    matrix: Any = frame.side_data.get('DISPLAYMATRIX')
    if matrix is None:
        return picture
    # A point (x, y) is shown at (a x + c y, b x + d y), y pointing down.
    a, b, _, c, d = struct.unpack_from('=5i', bytes(matrix))
    if a * d < b * c:
        picture, a, b = picture[:, ::-1], -a, -b
    turns = round(math.atan2(b, a) / (math.pi / 2))
    return np.rot90(picture, -turns) if turns else picture
