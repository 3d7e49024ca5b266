"""Approximate search among very many frames, by faiss."""

from typing import Any

import numpy as np

FRAMES_PER_LIST = 39  # the fewest faiss trains a list with without a warning
SAMPLES_PER_LIST = 128
SEED = 1234


class ApproximateSearch:
    """Inverted lists of 8-bit copies of the frames; a query reads the nearest lists.

    There are about as many lists as the square root of the number of frames. They are
    built again in each process, which takes seconds for a million frames.

    Args:
        frames: Embeddings of unit length, ``(N, D)`` float32, N >= 1.
        num_probes: Number of lists that a query reads, >= 1; more take longer and miss
            less.

    Raises:
        ImportError: faiss is not installed.
        ValueError: There is no frame.
    """

    def __init__(self, frames: np.ndarray, num_probes: int = 16) -> None:
        length, channels = frames.shape
        if not length:
            raise ValueError('approximate search needs a frame to search')
        self._faiss = import_faiss()
        self.num_probes = num_probes
        lists = max(1, min(round(length**0.5), length // FRAMES_PER_LIST))
        metric = self._faiss.METRIC_INNER_PRODUCT
        self._index = self._faiss.index_factory(channels, f'IVF{lists},SQ8', metric)
        rng = np.random.default_rng(SEED)
        size = min(length, SAMPLES_PER_LIST * lists)
        sample = np.sort(rng.choice(length, size, replace=False))
        self._index.train(frames[sample])
        self._index.add(frames)

    def candidates(
        self, query: np.ndarray, count: int, left_out: tuple[int, int] = (0, 0)
    ) -> np.ndarray:
        """Return rows that are probably the most similar.

        Args:
            query: Embedding, ``(D,)`` float32.
            count: Number of rows, >= 1.
            left_out: First row, and row after the last, that are not candidates.

        Returns:
            At most ``count`` rows, int64, in no exact order.

        Raises:
            ValueError: ``num_probes`` is below 1.
        """
        if self.num_probes < 1:
            raise ValueError(f'num_probes must be >= 1, got {self.num_probes}')
        others = self._faiss.IDSelectorNot(self._faiss.IDSelectorRange(*left_out))
        parameters = self._faiss.SearchParametersIVF(sel=others, nprobe=self.num_probes)
        _, rows = self._index.search(query[None], count, params=parameters)
        found: np.ndarray = rows[0][rows[0] >= 0]
        return found

    @property
    def num_bytes(self) -> int:
        """Memory that the lists take, in bytes."""
        return int(self._faiss.serialize_index(self._index).nbytes)


def import_faiss() -> Any:
    """Return the module faiss.

    Raises:
        ImportError: It is not installed; says how to.
    """
    try:
        import faiss
    except ImportError as error:
        raise ImportError(
            'approximate search needs faiss: pip install faiss-cpu; exact search '
            'does not'
        ) from error
    return faiss
