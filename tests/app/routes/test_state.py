import json
import threading
import time

import pytest

pytest.importorskip('fastapi')


def test_state(running):
    state = running.http.get('/api/state').json()
    assert state['folder'] == 'videos'
    assert state['videos']['ready'] >= 4
    assert state['model']['name'] == state['embedding']['model'] == 'given'
    assert [model['name'] for model in state['models']] == ['given', 'start']


def test_choices_are_kept(running):
    kept = running.http.put('/api/choices', json={'pair': ['a.mp4', 'b.mp4']}).json()
    assert kept['pair'] == ['a.mp4', 'b.mp4']
    assert running.http.get('/api/state').json()['choices'] == kept
    for bad in ([1], 'x', {'x' * 101: 1}):
        assert running.http.put('/api/choices', json=bad).status_code == 422
    for content in (b'{"a": NaN}', b'{"a": ' + b'[' * 70 + b']' * 70 + b'}'):
        answer = running.http.put('/api/choices', content=content)
        assert answer.status_code in (400, 422), content
    assert running.http.get('/api/state').json()['choices'] == kept


def test_open_pages_are_told_of_each_other_and_of_changes(running):
    windows, choices, opened = [], [], threading.Event()

    def listen(until):
        with running.http.stream('GET', '/api/events') as stream:
            for line in stream.iter_lines():
                if line.startswith('data: '):
                    state = json.loads(line.removeprefix('data: '))
                    windows.append(state['windows'])
                    choices.append(state['choices'].get('told'))
                    opened.set()
                    if until(state):
                        return

    first = threading.Thread(target=listen, args=(lambda s: s['choices'].get('told'),))
    first.start()
    assert opened.wait(10)
    listen(lambda state: state['windows'] == 2)
    running.http.put('/api/choices', json={'told': True})
    first.join(10)
    assert not first.is_alive()
    assert 2 in windows and choices[-1] is True
    deadline = time.monotonic() + 10
    while running.workspace.changes.listeners and time.monotonic() < deadline:
        running.http.put('/api/choices', json={'told': None})
        time.sleep(0.1)
    assert running.workspace.changes.listeners == 0
