"""Tell mmengine's hooks of which figures the larger value is the better one."""

from collections.abc import Iterable

from mmengine.hooks import CheckpointHook, EarlyStoppingHook


def tell_directions(
    prefix: str | None, larger: Iterable[str], smaller: Iterable[str]
) -> None:
    """Let ``save_best`` and `EarlyStoppingHook` do without ``rule`` for a metric.

    They ask when training starts or, for ``save_best='auto'``, after the first
    evaluation; a key they have not been told of is an error there.

    Args:
        prefix: What the metric's keys start with, before the slash; without it nothing
            is told, as a bare 'error' might be anyone's.
        larger: Starts of the keys of which the larger value is better.
        smaller: Starts of the keys of which the smaller value is better.
    """
    if not prefix:
        return
    for hook in (CheckpointHook, EarlyStoppingHook):
        lists = hook._default_greater_keys, hook._default_less_keys
        for starts, known in zip((larger, smaller), lists, strict=True):
            told = [f'{prefix}/{start}' for start in starts]
            known.extend(key for key in told if key not in known)
