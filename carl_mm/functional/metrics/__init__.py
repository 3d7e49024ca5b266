"""Metrics of alignment, retrieval, probes and localization."""
