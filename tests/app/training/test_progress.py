import json

from carl_mm.app.training.progress import read_progress


def log(folder, *points, tail=''):
    file = folder / 'vis_data' / 'scalars.json'
    file.parent.mkdir(parents=True)
    file.write_text(''.join(json.dumps(point) + '\n' for point in points) + tail)


def point(step, loss, **more):
    return {'step': step, 'loss': loss, 'time': 0.1 * step, **more}


def test_nothing_is_known_at_first(tmp_path):
    found = read_progress(tmp_path, tmp_path / 'cache', 0)
    assert (found.status, found.step, found.share) == ('preparing', 0, 0)
    assert found.loss == found.cycle_error == []
    assert found.seconds_a_step is None


def test_features_are_counted(tmp_path):
    for name in 'abc':
        (tmp_path / 'cache' / 'key').mkdir(parents=True, exist_ok=True)
        (tmp_path / 'cache' / 'key' / f'{name}.npy').touch()
    found = read_progress(tmp_path, tmp_path / 'cache', 4)
    assert (found.status, found.share) == ('caching', 0.75)
    assert read_progress(tmp_path, tmp_path / 'cache', 2).share == 1


def test_the_logs_of_all_runs_are_joined(tmp_path):
    """What a run did again after it was resumed counts once, the later one."""
    log(tmp_path / '1', point(20, 3), point(40, 2, cycle_error=0.5), point(60, 9))
    log(
        tmp_path / '2',
        point(60, 1, cycle_error=0.5),
        point(80, 0.5, cycle_error=0.25),
        {'coco/error': 1},
        tail='{"step": 100, "lo',
    )
    found = read_progress(tmp_path, tmp_path, 4)
    assert (found.status, found.step) == ('running', 80)
    assert found.loss == [[20, 3], [40, 2], [60, 1], [80, 0.5]]
    # The log repeats a value until there is another.
    assert found.cycle_error == [[40, 0.5], [80, 0.25]]
    assert found.seconds_a_step == (2 + 4 + 6 + 6 + 8) / 5
