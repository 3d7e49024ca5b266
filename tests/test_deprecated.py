import importlib
import warnings

import pytest
import torch

from carl_mm.deprecated import draw_spans, warn_deprecated


def test_the_warning_blames_the_line_that_called_the_old_name():
    def old():
        warn_deprecated('old()', 'call new()')

    with pytest.warns(
        DeprecationWarning, match=r'old\(\) is .* call new\(\)'
    ) as caught:
        old()
    assert caught[0].filename == __file__
    with pytest.warns(FutureWarning):
        warn_deprecated('a', 'b', FutureWarning)


@pytest.mark.parametrize(('package', 'name'), [('carl_mm.functional', 'draw_spans')])
def test_a_name_that_went_can_be_imported_and_warns(package, name):
    module = importlib.import_module(package)
    with pytest.warns(DeprecationWarning, match=f'{package}.{name} is deprecated'):
        assert callable(getattr(module, name))
    assert name not in module.__all__
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        with pytest.raises(AttributeError, match='has no attribute .no_such_name'):
            module.no_such_name  # noqa: B018


def test_spans_have_lengths_from_one_less_jitter_to_one():
    spans = draw_spans(2000, 0.4, torch.Generator().manual_seed(0))
    assert spans.shape == (2000, 2)
    start, end = spans.unbind(1)
    assert start.min() >= 0
    assert end.max() <= 1
    length = end - start
    assert 0.6 <= length.min() < 0.61
    assert length.max() > 0.99
    assert length.mean() == pytest.approx(0.8, abs=0.02)
