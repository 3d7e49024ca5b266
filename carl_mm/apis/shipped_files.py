"""Where the configs and tools that come with the package are."""

from difflib import get_close_matches
from pathlib import Path


def shipped(name: str) -> Path:
    """Return the folder 'configs' or 'tools'.

    An installed wheel has both in ``carl_mm/.mim``; in a clone, and where that is
    installed for editing, they are beside the package.

    Args:
        name: Name of the folder.

    Raises:
        FileNotFoundError: It is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    places = [package / '.mim' / name, package.parent / name]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f'{places[0]}: not there; install carl_mm anew')


def find_config(path: str) -> Path:
    """Return a config file: the user's own, or else the shipped one of that name.

    Args:
        path: Path of a file; or name of a shipped config, as 'carl_folder.py',
            'tcc/tcc_pouring.py' or 'configs/carl_folder.py'.

    Raises:
        FileNotFoundError: It is neither; names shipped ones that are spelt alike.
    """
    own = Path(path)
    if own.is_file():
        return own
    message = f'{path}: no such config file'
    if own.is_absolute():
        raise FileNotFoundError(message)
    configs = shipped('configs')
    known = {
        file.relative_to(configs).as_posix(): file for file in configs.rglob('*.py')
    }
    wanted = own.as_posix().removeprefix('configs/')
    if wanted in known:
        return known[wanted]
    if near := get_close_matches(wanted, known):
        message += f'; of the shipped ones these are alike: {", ".join(near)}'
    raise FileNotFoundError(message)
