"""Which of a folder's videos are shown, and where their embeddings are kept."""

import hashlib
import os
from pathlib import Path

from carl_mm.apis.embedding.folder_embedding import MODEL_KEYS
from carl_mm.datasets.video_io.find_videos import list_files

LEADS_OUT = 'is a link that leads out of the folder'


def scan(
    folder: str | os.PathLike[str],
) -> tuple[Path, dict[str, Path], dict[str, str]]:
    """Find a folder's videos.

    Returns:
        The folder itself without links, its videos by name, and why others are left
        out.

    Raises:
        FileNotFoundError: No such folder, or one without a video.
    """
    root = Path(folder).resolve()
    if not root.is_dir():
        raise FileNotFoundError(f'{folder}: no such folder of videos')
    found = {path.relative_to(root).as_posix(): path for path in list_files(root)}
    outside = {
        name: LEADS_OUT
        for name, path in found.items()
        if not path.resolve().is_relative_to(root)
    }
    inside = {name: path for name, path in found.items() if name not in outside}
    if not inside:
        raise FileNotFoundError(f'{folder}: holds no video')
    return root, inside, outside


def default_embeddings_dir(folder: Path, provenance: dict[str, str]) -> Path:
    """Return where a folder's embeddings by a model are kept, below work_dirs."""
    keys = [str(folder.resolve()), *(provenance[key] for key in MODEL_KEYS)]
    digest = hashlib.sha256('\n'.join(keys).encode()).hexdigest()[:12]
    return Path('work_dirs') / 'embeddings' / f'{folder.resolve().name}-{digest}'
