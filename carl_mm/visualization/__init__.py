"""Pictures and videos of alignments, retrievals, embeddings and losses."""

from carl_mm.visualization.aligned_video import write_aligned_video
from carl_mm.visualization.embedding import embedding_figure
from carl_mm.visualization.loss import loss_figure
from carl_mm.visualization.phases import phase_colors
from carl_mm.visualization.retrieval import retrieval_figure
from carl_mm.visualization.similarity import similarity_figure

__all__ = [
    'embedding_figure',
    'loss_figure',
    'phase_colors',
    'retrieval_figure',
    'similarity_figure',
    'write_aligned_video',
]
