"""Approximate search among very many frames, by faiss."""

from typing import Any

import numpy as np

FRAMES_PER_LIST = 39  # the fewest faiss trains a list with without a warning
SAMPLES_PER_LIST = 128
SEED = 1234


class ApproximateSearch:
    """Inverted lists of 8-bit copies of the frames; a query reads the nearest lists.

    About as many lists as the square root of the frames, so that a query reads
    ``num_probes`` of them. Built anew in each process: seconds for a million frames.

    Args:
        frames: ``(N, D)`` float32, of unit length, N >= 1.
        num_probes: Lists that a query reads; more are slower and miss less.

    Raises:
        ImportError: Without faiss.
        ValueError: No frame.
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
        """Rows that are probably the most similar.

        Args:
            query: ``(D,)`` float32.
            count: >= 1.
            left_out: First and end of the rows that are no candidates.

        Returns:
            At most ``count`` rows, int64, in no exact order.

        Raises:
            ValueError: ``num_probes`` below 1.
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
        """Memory of the lists."""
        return int(self._faiss.serialize_index(self._index).nbytes)


def import_faiss() -> Any:
    """Return faiss.

    Raises:
        ImportError: Says how to install it.
    """
    try:
        import faiss
    except ImportError as error:
        raise ImportError(
            'approximate search needs faiss: pip install faiss-cpu; exact search '
            'does without'
        ) from error
    return faiss
