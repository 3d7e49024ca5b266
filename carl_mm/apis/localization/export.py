"""Frozen features for temporal localisation, for mmaction2's BMN and for G-TAD."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from mmengine import dist
from mmengine.runner import Runner

from carl_mm.apis.localization.exporter import Exporter
from carl_mm.apis.localization.formats import FORMS
from carl_mm.apis.localization.truth import load_truth
from carl_mm.heartbeat import wait_for_all
from carl_mm.locking import lock_folder


@dataclass(frozen=True)
class ExportSummary:
    """What was written.

    Attributes:
        num_written: Number of videos whose features this run wrote.
        num_kept: Number of videos whose features were there already.
        num_unlisted: Number of videos without a segment, which no annotation file
            lists.
        failed: Videos that could not be decoded, each with the reason.
        files: The annotation files.
    """

    num_written: int
    num_kept: int
    num_unlisted: int
    failed: dict[str, str]
    files: list[Path]


def export_localization(
    runner: Runner,
    out_dir: str | Path,
    form: str = 'bmn',
    num_snippets: int = 100,
    truth_file: str | None = None,
) -> ExportSummary:
    """Embed all videos of the test loader's annotation file, labelled or not.

    Writes ``features/v_ID.csv`` or ``.npy``, ``num_snippets`` rows of D numbers, and
    the annotation files of `carl_mm.apis.localization.formats`.

    The features of a video are kept if nothing that changes them has changed: weights,
    settings, the video itself; a file in ``records/`` says so. An export can thus be
    interrupted and resumed. Several processes share the videos.

    Args:
        runner: Runner with a loaded checkpoint, whose config names the videos.
        out_dir: Folder to write to.
        form: Whose files to write, 'bmn' or 'gtad'.
        num_snippets: Number of rows per video, at least 2.
        truth_file: Ground truth in ActivityNet's form; without it, phase rows are the
            segments and splits the subsets.

    Raises:
        ValueError: ``form`` is unknown, ``num_snippets`` < 2, ``truth_file`` is bad or
            lacks a video, ids of videos clash, or embeddings are NaN.
        LockedError: Another process is writing into the folder; names it.
    """
    if form not in FORMS:
        raise ValueError(f'form must be one of {tuple(FORMS)}, got {form!r}')
    if num_snippets < 2:  # mmaction2 reads a single row as a vector
        raise ValueError(f'num_snippets must be at least 2, got {num_snippets}')
    truth = load_truth(truth_file) if truth_file else None
    exporter = Exporter(runner, Path(out_dir), form, num_snippets, truth)
    remedy = 'wait until it has ended, or take another OUT_DIR'
    with lock_folder(out_dir, remedy) if dist.is_main_process() else nullcontext():
        return _export(exporter, runner)


def _export(exporter: Exporter, runner: Runner) -> ExportSummary:
    own = exporter.embed(runner.rank, runner.world_size)
    wait_for_all('exporting features')
    parts = dist.all_gather_object(own)
    is_new = [value for part in parts for value in part[0]]
    failed = {name: reason for part in parts for name, reason in part[1].items()}
    files: list[Path] = []
    num_unlisted = 0
    if dist.is_main_process():
        files, num_unlisted = exporter.write_annotations(failed)
    return ExportSummary(
        num_written=sum(is_new),
        num_kept=len(is_new) - sum(is_new),
        num_unlisted=num_unlisted,
        failed=failed,
        files=files,
    )
