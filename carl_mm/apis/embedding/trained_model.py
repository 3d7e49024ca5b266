"""From a work dir, a config or a checkpoint to a network and its test pipeline."""

import hashlib
import json
import os
import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmengine.config import Config
from mmengine.registry import DefaultScope

import carl_mm
from carl_mm import compat
from carl_mm.apis.config_errors import read_config as run_config
from carl_mm.apis.embedding.checkpoint_config import read_config, read_dumped
from carl_mm.apis.embedding.model_files import find_model_files
from carl_mm.apis.embedding.untrusted_config import (
    check_config,
    no_network,
    without_weights,
)
from carl_mm.files import file_sha256
from carl_mm.models.recognizers.framewise_recognizer import FramewiseRecognizer
from carl_mm.quoting import clip

FORMAT_VERSION = 1  # raise it when the same settings give other embeddings


@dataclass(frozen=True)
class TrainedModel:
    """A network and what prepares its videos.

    Attributes:
        model: Network in eval mode, on the CPU, without controls.
        steps: Transforms of the config's test pipeline.
        provenance: Maps config, checkpoint (the file), checkpoint_sha256,
            settings_sha256 (of the configs of network and pipeline) and version (of
            carl_mm) to their values.
    """

    model: FramewiseRecognizer
    steps: list[Any]
    provenance: dict[str, str]


def load_trained(
    config_or_dir: str | os.PathLike[str],
    checkpoint: str | os.PathLike[str] | None,
    trust_checkpoint: bool,
) -> TrainedModel:
    """Load a network; see `FramewiseInferencer` for the arguments.

    Raises:
        FileNotFoundError: A file is missing, or a work dir has no whole checkpoint.
        ValueError: A file is not what it should be, or the two do not fit.
    """
    config, path = find_model_files(Path(config_or_dir), checkpoint)
    loaded = compat.load_local_checkpoint(str(path), 'cpu', trust=trust_checkpoint)
    if not isinstance(loaded, dict):
        raise ValueError(f'{path}: not a checkpoint, holds {type(loaded).__name__}')
    # A config that the user names is run; a work dir may be someone else's.
    is_named = config is not None and not Path(config_or_dir).is_dir()
    if config is None:
        cfg = read_config(loaded, str(path))
    else:
        cfg = run_config(str(config)) if is_named else read_dumped(config)
    source = str(config or path)
    pipeline = _test_pipeline(cfg, source)
    model, steps = _build(cfg, pipeline, source, is_named or trust_checkpoint)
    _load_weights(model, loaded, path, source)
    # to_dict writes classes as their names, however the config gave them.
    plain = Config({'model': cfg.model, 'pipeline': pipeline}).to_dict()
    recipe = json.dumps([FORMAT_VERSION, plain], default=str, sort_keys=True)
    provenance = {
        'config': config.name if config else _config_name(loaded, path),
        'checkpoint': str(path),
        'checkpoint_sha256': file_sha256(path),
        'settings_sha256': hashlib.sha256(recipe.encode()).hexdigest(),
        'version': carl_mm.__version__,
    }
    return TrainedModel(model.eval(), steps, provenance)


def _test_pipeline(cfg: Config, source: str) -> list[Any]:
    """Return the configs of the transforms, also of a dataset in a wrapper."""
    dataset = (cfg.get('test_dataloader') or {}).get('dataset')
    while dataset and 'pipeline' not in dataset:
        dataset = dataset.get('dataset') or (dataset.get('datasets') or [None])[0]
    if not dataset or not cfg.get('model'):
        raise ValueError(
            f'{source}: not a config of frame-wise embeddings, it needs model and '
            'test_dataloader.dataset.pipeline; give another of the same network'
        )
    return list(dataset['pipeline'])


def _build(
    cfg: Config, pipeline: list[Any], source: str, is_trusted: bool
) -> tuple[FramewiseRecognizer, list[Any]]:
    # Controls are not embeddings that anyone uses.
    settings = {**cfg.model, 'controls': ()}
    scope = cfg.get('default_scope') or 'mmaction'
    guard: AbstractContextManager[None] = nullcontext()
    if not is_trusted:
        settings, pipeline = without_weights(settings), without_weights(pipeline)
        check_config([settings, pipeline], scope, source)
        guard = no_network()
    try:
        with DefaultScope.overwrite_default_scope(scope), guard, compat.mended_runner():
            model = MODELS.build(settings)
            steps = [TRANSFORMS.build(step) for step in pipeline]
    except ImportError:
        raise  # says what to install
    except Exception as error:  # an unknown type, a misspelt key, a bad value
        raise ValueError(f'{source}: cannot be built ({clip(error, 500)})') from error
    if not isinstance(model, FramewiseRecognizer):
        raise ValueError(
            f'{source}: gives no frame-wise embeddings, its model is a '
            f'{type(model).__name__}'
        )
    return model, steps


def _load_weights(
    model: FramewiseRecognizer, loaded: dict[str, Any], path: Path, source: str
) -> None:
    state = loaded.get('state_dict', loaded)
    try:
        model.load_state_dict(
            {name.removeprefix('module.'): tensor for name, tensor in state.items()}
        )
    except (RuntimeError, AttributeError, TypeError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise ValueError(
            f'{path}: not a checkpoint of {source} ({lines[:2][-1]:.150}); take the '
            'config that it was trained with (its work dir has one), or turn the '
            "authors' published file into ours by "
            'tools/model_converters/carl_checkpoint.py'
        ) from error


def _config_name(loaded: dict[str, Any], path: Path) -> str:
    """Return the name of the config that the checkpoint was trained with."""
    name = str(loaded['meta'].get('experiment_name') or path.stem)
    return re.sub(r'_\d{8}_\d{6}$', '', name) + '.py'  # mmengine adds the time


def usable_device(device: str | torch.device | None) -> torch.device:
    """Return a device that is there; None stands for cuda if there is one, else cpu.

    Raises:
        ValueError: There is no such device.
    """
    if device is None:
        return torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    try:
        chosen = torch.device(device)
        torch.zeros(1, device=chosen).cpu()
    except Exception as error:  # each backend has its own
        there = ['cpu', *(f'cuda:{i}' for i in range(torch.cuda.device_count()))]
        raise ValueError(
            f'device {str(device)!r} is not there; take one of {there}, or none'
        ) from error
    return chosen
