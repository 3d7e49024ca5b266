from carl_mm.apis import DeviationDetector, deviations
from tests.apis.deviation.test_detector import REFERENCES, good


def test_it_is_a_detector_used_once():
    found = deviations(REFERENCES, good(104), 0.7)
    expected = DeviationDetector(REFERENCES, 0.7).predict(good(104))
    assert found.scores.tolist() == expected.scores.tolist()
    assert found.threshold == expected.threshold
