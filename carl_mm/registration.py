"""Let mmaction2 find our parts by name without importing either package yet.

A registry of mmengine imports the modules among its locations when it is first asked
for a name. Ours are added to the locations as soon as the module that holds the
registries has been imported, be that before `carl_mm` or after it.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

ROOT_LOCATIONS = {
    'DATA_SAMPLERS': 'carl_mm.datasets',
    'OPTIM_WRAPPERS': 'carl_mm.compat',
}
LOCATIONS = {
    'DATASETS': 'carl_mm.datasets',
    'DATA_SAMPLERS': 'carl_mm.datasets',
    'HOOKS': 'carl_mm.engine',
    'METRICS': 'carl_mm.evaluation',
    'MODELS': 'carl_mm.models',
    'OPTIM_WRAPPERS': 'carl_mm.compat',
    'TRANSFORMS': 'carl_mm.datasets',
}


def register() -> None:
    """Add our packages to the registries, and our workarounds to what they mend.

    What has been imported already is changed at once, the rest right after its import.
    """
    for name, action in AFTER_IMPORT.items():
        if sys.modules.get(name):  # None says that it must not be imported
            action()
    if not any(isinstance(finder, _AfterImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterImport())


def add_locations(module_name: str, locations: dict[str, str]) -> None:
    """Make registries import further modules, also if they have been used before.

    Args:
        module_name: Module that holds the registries.
        locations: Maps the name of each registry to the module to import.
    """
    for name, location in locations.items():
        registry = getattr(sys.modules[module_name], name)
        if location not in registry._locations:
            # Not `append`: registries without locations share one default list.
            registry._locations = [*registry._locations, location]
            registry._imported = False


def _apply_workarounds() -> None:
    importlib.import_module('carl_mm.compat')


AFTER_IMPORT: dict[str, Callable[[], None]] = {
    'mmcv': _apply_workarounds,  # mmaction2 and mmpretrain import it before all else
    'mmengine.runner': _apply_workarounds,
    'mmengine.registry': lambda: add_locations('mmengine.registry', ROOT_LOCATIONS),
    'mmaction.registry': lambda: add_locations('mmaction.registry', LOCATIONS),
}


class _AfterImport(MetaPathFinder):
    """Finds modules as the other finders do, and adds an action to their loading."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in AFTER_IMPORT:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_act(module: ModuleType) -> None:
                load(module)
                AFTER_IMPORT[fullname]()

            spec.loader.exec_module = load_and_act  # type: ignore[method-assign]
        return spec
