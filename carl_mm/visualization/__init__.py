"""Figures and videos of alignments, retrievals, embeddings, phases and training.

Each function whose name ends in ``_figure`` returns a new `matplotlib.figure.Figure`;
the state of pyplot is neither read nor changed. ``figure.savefig(path, dpi=100)``
writes a picture 1,200 pixels wide; sheets of more than four frames in a row are wider.
"""

from carl_mm.visualization.aligned_video import write_aligned_video
from carl_mm.visualization.figures.alignment_sheet import alignment_figure
from carl_mm.visualization.figures.embedding import embedding_figure
from carl_mm.visualization.figures.loss import loss_figure
from carl_mm.visualization.figures.metrics import metrics_figure
from carl_mm.visualization.figures.retrieval import retrieval_figure
from carl_mm.visualization.figures.similarity import similarity_figure
from carl_mm.visualization.figures.timeline import phase_timeline_figure
from carl_mm.visualization.figures.warps import warps_figure
from carl_mm.visualization.grid_video import Tile, write_grid_video
from carl_mm.visualization.parts.phases import phase_colors
from carl_mm.visualization.parts.raster import figure_to_image
from carl_mm.visualization.single_video import write_single_video

__all__ = [
    'Tile',
    'alignment_figure',
    'embedding_figure',
    'figure_to_image',
    'loss_figure',
    'metrics_figure',
    'phase_colors',
    'phase_timeline_figure',
    'retrieval_figure',
    'similarity_figure',
    'warps_figure',
    'write_aligned_video',
    'write_grid_video',
    'write_single_video',
]
