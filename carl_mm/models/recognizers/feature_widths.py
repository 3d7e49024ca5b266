"""Settings of a recognizer that follow from its backbone: widths, and learnt stages."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from torch import nn

from carl_mm.models.backbones.efficientnet_lite import EfficientNetLite0
from carl_mm.models.recognizers.chunked_backbone import pooled_channels
from carl_mm.models.recognizers.learnt_stages import LearntStages
from carl_mm.models.recognizers.video_features import ExtraFeatures


def stages_config(
    stages: Mapping[str, Any],
    backbone: nn.Module,
    config: Mapping[str, Any],
    pooling: str | Sequence[str],
) -> dict[str, Any]:
    """Fill in what the config of `LearntStages` leaves out.

    Args:
        stages: That config.
        backbone: Frozen backbone whose last output the stages continue; what it is
            continued by is known of an `EfficientNetLite0` or `EfficientNetLite2`.
        config: Config of the backbone.
        pooling: How its outputs are pooled.

    Returns:
        The config with ``backbone``, ``start`` and ``kept_channels``; for another
        backbone as it was.

    Raises:
        ValueError: Of another backbone something is left out.
    """
    if not isinstance(backbone, EfficientNetLite0):
        if missing := [key for key in ('backbone', 'start') if key not in stages]:
            raise ValueError(
                f'learnt_stages cannot continue a {type(backbone).__name__}: take an '
                f'EfficientNetLite0 or EfficientNetLite2, or give {missing}'
            )
        return dict(stages)
    *before, _ = _pooled(backbone, pooling, last_is_continued=True)
    same = {key: value for key, value in config.items() if key != 'out_indices'}
    start = backbone.out_indices[-1]
    known = {'backbone': same, 'start': start, 'kept_channels': sum(before)}
    return {**known, **stages}


def with_widths(
    neck: dict[str, Any],
    feature_parts: Sequence[int] | Literal['each'],
    features: tuple[Any, ...],
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Put numbers in place of ``in_channels=None`` and of ``feature_parts='each'``.

    Args:
        neck: Config of the temporal network.
        feature_parts: Number of channels of each part, or 'each'.
        features: Arguments of `part_widths`, which is asked only where it must be.

    Returns:
        The config and the numbers.

    Raises:
        ValueError: Any other name in place of the numbers, or no width is known.
    """
    if neck.get('in_channels', 0) is None:
        neck = {**neck, 'in_channels': sum(part_widths(*features))}
    if not isinstance(feature_parts, str):
        return neck, tuple(feature_parts)
    if feature_parts != 'each':
        raise ValueError(
            f"feature_parts must be numbers or 'each', got {feature_parts!r}"
        )
    return neck, part_widths(*features)


def part_widths(
    backbone: nn.Module,
    pooling: str | Sequence[str],
    stages: LearntStages | None,
    extras: Sequence[ExtraFeatures],
) -> tuple[int, ...]:
    """Return the number of channels of each part of a frame's features.

    Args:
        backbone: Backbone of the recognizer.
        pooling: How its outputs are pooled.
        stages: What continues its last output, if anything does.
        extras: What else is measured.

    Returns:
        One number for each pooled output of the backbone, or of the stages in place of
        its last one, then one for each of ``extras``.

    Raises:
        ValueError: They are not known of this backbone, or depend on the pictures.
    """
    if not isinstance(backbone, EfficientNetLite0):
        raise ValueError(
            "feature_parts='each' and neck.in_channels=None need an EfficientNetLite0 "
            f'or EfficientNetLite2; of {type(backbone).__name__} give the numbers'
        )
    outputs = _pooled(backbone, pooling, last_is_continued=stages is not None)
    if stages is not None:
        outputs = (*outputs[:-1], *stages.output_channels)
    return (*outputs, *(extra.out_channels for extra in extras))


def _pooled(
    backbone: EfficientNetLite0, pooling: str | Sequence[str], last_is_continued: bool
) -> tuple[int, ...]:
    """Return the widths of the outputs that are used, 0 for one that is continued."""
    channels, names = backbone.output_channels, pooling
    if isinstance(names, str):
        channels, names = channels[-1:], (names,)
    if last_is_continued:
        return (*pooled_channels(channels[:-1], names[:-1]), 0)
    return pooled_channels(channels, names)
