import pytest

pytest.importorskip('fastapi')
from carl_mm.app.training import job as job_module  # noqa: E402
from tests.app.training.test_job import FakeProcess  # noqa: E402


def test_a_training_by_its_addresses(running, monkeypatch):
    monkeypatch.setattr(job_module, 'TrainingProcess', FakeProcess)

    def ask(name):
        answer = running.http.post(f'/api/training/{name}')
        return answer.status_code, answer.json()

    status, cost = ask('estimate')
    assert (status, cost['videos'], cost['steps']) == (200, 4, 600)
    status, state = ask('start')
    assert (status, state['training']['status']) == (200, 'preparing')
    assert ask('start')[0] == 400
    assert ask('pause')[1]['training']['status'] == 'paused'
    assert ask('resume')[1]['training']['status'] == 'preparing'
    status, answer = ask('stop')
    assert (status, answer['detail'][:30]) == (400, 'nothing has been saved yet; wa')
    assert ask('discard')[1]['training'] is None
