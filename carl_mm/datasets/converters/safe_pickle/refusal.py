"""What a pickle must not ask for, and what stands for what is not data."""

from carl_mm.quoting import clip


class RefusedPickleError(ValueError):
    """A pickle is damaged or contains what is not admitted."""


def refusal(what: str) -> RefusedPickleError:
    """Return the error that names what a pickle asks for."""
    return RefusedPickleError(
        f'refused: it asks for {clip(what, 200)}; only containers, numbers, strings, '
        'plain numpy arrays and torch tensors are read, as anything else could run '
        'code or take all memory'
    )


class Inert:
    """Stands on the stack for what is not data; it has no attributes to set."""

    __slots__ = ()

    @property
    def num_bytes(self) -> int:
        """Memory of its content."""
        return 0

    def __str__(self) -> str:
        return 'a part of an object'
