from carl_mm.datasets.converters.safe_pickle.refusal import Inert, refusal


def test_a_refusal_names_what_was_asked_for_in_one_line():
    assert 'it asks for os.system; only' in str(refusal('os.system'))
    assert len(str(refusal('x' * 10**6))) < 500
    assert str(Inert()) == 'a part of an object'
    assert Inert().num_bytes == 0
