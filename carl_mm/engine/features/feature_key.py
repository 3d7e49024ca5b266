"""What the names of cached features depend on, besides the video."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carl_mm.files import file_sha256
from carl_mm.models.recognizers.framewise_recognizer import FramewiseRecognizer

FORMAT_VERSION = 3  # raise it when the same settings give other features
# Settings that change no feature: where weights come from, which are hashed, and speed.
NO_MATTER = ('init_cfg', 'pretrained', 'num_threads', 'with_cp')


def feature_key(model: FramewiseRecognizer, settings: list[Any]) -> str:
    """Return a hash of what decides the features that a model gives.

    That is the backbone's weights and config, what else is measured, the pooling and
    the normalisation: not the neck, the head or how they learn.

    Args:
        model: Model whose backbone is frozen.
        settings: Whatever else counts, as JSON can hold it.

    Returns:
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name, tensor in model.backbone.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    preprocessor = model.data_preprocessor
    known = [FORMAT_VERSION, *settings]
    known += [repr(model.backbone), model.spatial_pooling, model.backbone_dtype]
    known += [type(preprocessor).__name__, preprocessor.mean.tolist()]
    known += [preprocessor.std.tolist(), list(map(repr, model.extra_features))]
    # What most modules' repr does not tell: out_indices, or a wrapper's image size.
    known.append(_what_matters(model.feature_config))
    digest.update(json.dumps(known, default=name_of, sort_keys=True).encode())
    return digest.hexdigest()[:16]


def name_of(value: Any) -> str:
    """Name a class by its package alone, so that it may move to another module."""
    if not hasattr(value, '__qualname__'):
        return repr(value)
    return f'{value.__module__.split(".")[0]}.{value.__qualname__}'


def _what_matters(value: Any) -> Any:
    """Return a config less `NO_MATTER`, and of a file that it names the content."""
    if isinstance(value, Mapping):
        return {k: _what_matters(v) for k, v in value.items() if k not in NO_MATTER}
    if isinstance(value, (list, tuple)):
        return [_what_matters(item) for item in value]
    if isinstance(value, str) and Path(value).is_file():
        return file_sha256(Path(value))
    return value
