"""Annotations made from data sets as they are published."""

from carl_mm.datasets.converters.conversion import ConversionSummary, write_annotations
from carl_mm.datasets.converters.folder import annotations_from_folder

__all__ = ['ConversionSummary', 'annotations_from_folder', 'write_annotations']
