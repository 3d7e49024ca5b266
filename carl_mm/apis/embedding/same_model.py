"""Only embeddings of one model can be compared."""

from collections.abc import Iterable
from typing import Any

from carl_mm.apis.embedding.video_embedding import VideoEmbedding

KEYS = ('checkpoint_sha256', 'settings_sha256')


def check_same_model(
    videos: Iterable[Any], provenance: dict[str, str] | None = None
) -> dict[str, str]:
    """Check that embeddings are of one model, as far as they name theirs.

    Args:
        videos: Videos to check; whatever is not a `VideoEmbedding` is passed over.
        provenance: Provenance of what they are to be compared with.

    Returns:
        The first provenance that names a model, beginning with ``provenance``; if none
        does, an empty one.

    Raises:
        ValueError: Two models differ; names the video, both checkpoints and their
            hashes.
    """
    known = dict(provenance or {})
    for video in videos:
        own = video.provenance if isinstance(video, VideoEmbedding) else {}
        if any(known.get(k) and own.get(k) and known[k] != own[k] for k in KEYS):
            raise ValueError(
                f'{video.filename}: was embedded by {_model(own)}, the others by '
                f'{_model(known)}, and such embeddings cannot be compared; embed all '
                'with one model'
            )
        if not any(known.get(key) for key in KEYS):
            known = dict(own)
    return known


def _model(provenance: dict[str, str]) -> str:
    hashes = [provenance[key][:8] for key in KEYS if provenance.get(key)]
    return f'{provenance.get("checkpoint", "a model")} ({", ".join(hashes)})'
