"""Where the configs and tools that come with the package are."""

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
