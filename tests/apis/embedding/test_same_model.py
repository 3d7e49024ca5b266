import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.apis.embedding.same_model import check_same_model


def video(name, **provenance):
    frames = np.zeros((1, 2), np.float32)
    return VideoEmbedding(name, frames, np.zeros(1), 1.0, provenance)


def test_the_first_that_names_its_model_counts():
    silent, first = video('a'), video('b', checkpoint_sha256='1', version='x')
    again = video('c', checkpoint_sha256='1', version='y')
    found = check_same_model([silent, np.zeros(3), first, again])
    assert found == {'checkpoint_sha256': '1', 'version': 'x'}
    assert check_same_model([silent]) == {}
    assert check_same_model([again], first.provenance) == first.provenance


@pytest.mark.parametrize('key', ['checkpoint_sha256', 'settings_sha256'])
def test_two_models_are_told_apart(key):
    one = {'checkpoint': 'one.pth', key: 'a' * 64}
    two = {'checkpoint': 'two.pth', key: 'b' * 64}
    for videos, known in (
        ([video('x', **one), video('y', **two)], None),
        ([video('y', **two)], one),
    ):
        message = r'y: .*two\.pth \(bbbbbbbb\), .*one\.pth \(aaaaaaaa\)'
        with pytest.raises(ValueError, match=message):
            check_same_model(videos, known)
