"""The converters' command lines, which are scripts and no modules."""

import importlib.util
from pathlib import Path

TOOLS = Path(__file__).parents[3] / 'tools' / 'dataset_converters'


def load_tool(name):
    spec = importlib.util.spec_from_file_location(f'{name}_tool', TOOLS / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
