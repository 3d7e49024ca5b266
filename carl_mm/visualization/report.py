"""Write the pictures of an evaluation, and the loss curve of a training."""

from collections.abc import Sequence
from pathlib import Path

from carl_mm.functional import dtw
from carl_mm.json_files import parse_json
from carl_mm.visualization.aligned_video import write_aligned_video
from carl_mm.visualization.figures.embedding import embedding_figure
from carl_mm.visualization.figures.loss import loss_figure
from carl_mm.visualization.figures.similarity import similarity_figure
from carl_mm.visualization.sheets import alignment_sheet, retrieval_sheet
from carl_mm.visualization.tested_video import TestedVideo

__all__ = ['TestedVideo', 'write_loss_curve', 'write_pictures']
NUM_TRACKS = 6


def write_pictures(
    videos: Sequence[TestedVideo], phases: Sequence[str], out_dir: str | Path
) -> list[Path]:
    """Write an aligned video and figures of the first of some videos of one action.

    The first two are aligned in the video; see also `alignment_sheet` and
    `retrieval_sheet`.

    Args:
        videos: At least two test videos, each with a frame.
        phases: Names of the phases, may be empty.
        out_dir: Folder to write to; made if absent.

    Returns:
        The files written.

    Raises:
        ValueError: There are fewer than two videos.
    """
    if len(videos) < 2:
        raise ValueError(f'pictures need at least two test videos, got {len(videos)}')
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    names = list(phases) or None
    a, b = videos[:2]
    path = dtw(1 - a.embedding @ b.embedding.T)
    files = [out_dir / 'aligned.mp4']
    write_aligned_video(
        files[0],
        a.reader,
        b.reader,
        path,
        a.fps,
        a.labels,
        b.labels,
        names,
        (a.name, b.name),
        fps_b=b.fps,
        timestamps_a=a.times.starts,
        timestamps_b=b.times.starts,
    )
    figures = {
        'similarity': similarity_figure(
            a.embedding,
            b.embedding,
            path,
            fps_a=a.fps,
            fps_b=b.fps,
            timestamps_a=a.times.starts,
            timestamps_b=b.times.starts,
            labels_a=a.labels,
            labels_b=b.labels,
            phases=names,
            title_a=a.name,
            title_b=b.name,
        ),
        'alignment': alignment_sheet(videos, names),
        'retrieval': retrieval_sheet(videos, names),
        'embeddings': embedding_figure(
            [v.embedding for v in videos[:NUM_TRACKS]],
            [v.labels for v in videos[:NUM_TRACKS]],
            names,
            [v.name for v in videos[:NUM_TRACKS]],
        ),
    }
    for name, figure in figures.items():
        files.append(out_dir / f'{name}.png')
        figure.savefig(files[-1], dpi=120)
    return files


def write_loss_curve(work_dir: str | Path, out_dir: str | Path) -> Path:
    """Draw the losses that mmengine logged in a work directory, over all its runs.

    Args:
        work_dir: Work directory of the training.
        out_dir: Folder to write to; made if absent.

    Returns:
        The file written.

    Raises:
        FileNotFoundError: No loss was logged there.
    """
    losses: dict[int, float] = {}
    for file in sorted(Path(work_dir).glob('*/vis_data/scalars.json')):
        for line in file.read_text().splitlines():
            try:
                row = parse_json(line)
            except ValueError:
                continue  # a killed run leaves its last line incomplete
            if isinstance(row, dict) and {'loss', 'step'} <= row.keys():
                losses[row['step']] = row['loss']
    if not losses:
        raise FileNotFoundError(f'{work_dir}: no logged loss')
    out = Path(out_dir) / 'loss.png'
    out.parent.mkdir(parents=True, exist_ok=True)
    steps = sorted(losses)
    loss_figure(steps, [losses[step] for step in steps]).savefig(out, dpi=120)
    return out
