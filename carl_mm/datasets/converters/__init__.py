"""Annotations made from data sets as they are published."""

from carl_mm.datasets.converters.conversion import ConversionSummary, write_annotations
from carl_mm.datasets.converters.folder import annotations_from_folder
from carl_mm.datasets.converters.label_conversion import (
    ConvertedLabels,
    convert_labels,
)

__all__ = [
    'ConversionSummary',
    'ConvertedLabels',
    'annotations_from_folder',
    'convert_labels',
    'write_annotations',
]
