"""Names that packages no longer export; they still work, with a warning."""

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carl_mm.apis.alignment import Alignment, EmbeddingLike

INSTEAD = {
    ('carl_mm.apis', 'align_many'): '[align(reference, other) for other in others]',
}


def find(package: str, name: str) -> Any:
    """Return what a package exported by this name, with a warning.

    To be called by the package's ``__getattr__``.

    Raises:
        AttributeError: It never exported such a name.
    """
    if (package, name) not in INSTEAD:
        raise AttributeError(f'module {package!r} has no attribute {name!r}')
    warnings.warn(
        f'{package}.{name} is deprecated: use {INSTEAD[package, name]}',
        DeprecationWarning,
        stacklevel=3,
    )
    return globals()[name]


def align_many(
    reference: 'EmbeddingLike', others: 'Iterable[EmbeddingLike]', method: str = 'dtw'
) -> 'list[Alignment]':
    """Align a reference, as video a, with each of several videos; see `align`."""
    from carl_mm.apis.alignment import align

    return [align(reference, other, method) for other in others]
