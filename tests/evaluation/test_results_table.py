from carl_mm.evaluation import results_table
from carl_mm.evaluation.evaluated_video import MODEL
from carl_mm.evaluation.results_table import lower_is_better, split_control


def test_table_lays_controls_beside_the_model():
    table = results_table(
        {
            'alignment/error': 0.1,
            'alignment/error_position': 0.25,
            'x/acc': float('nan'),
        },
        'tcc_pouring',
    )
    lines = table.splitlines()
    assert [c.strip() for c in lines[0].split('|')[2:4]] == [
        'tcc_pouring',
        'position only',
    ]
    assert 'alignment/error (lower is better)' in lines[2]
    assert [c.strip() for c in lines[2].split('|')[2:4]] == ['0.100', '0.250']
    assert [c.strip() for c in lines[3].split('|')[2:4]] == ['nan', '-']
    assert len({len(line) for line in lines}) == 1


def test_the_direction_of_a_metric_holds_for_its_cuts():
    assert 'alignment/error_windowed (lower is better)' in results_table(
        {'alignment/error_windowed': 0.1}
    )
    assert lower_is_better('alignment/nan_share')
    assert not lower_is_better('alignment/kendalls_tau')


def test_a_key_is_split_into_metric_and_control():
    assert split_control('x/acc@0.1_position') == ('x/acc@0.1', 'position')
    assert split_control('x/acc_model') == ('x/acc_model', MODEL)


def test_the_centred_control_stands_last_under_a_heading_of_its_own():
    assert split_control('alignment/error_centred') == ('alignment/error', 'centred')
    assert lower_is_better('alignment/event_error_dtw_windowed')
    assert lower_is_better('alignment/event_error_posterior')
    figures = {'a/b_centred': 0.2, 'a/b': 0.1, 'a/b_backbone': 0.3}
    lines = results_table(figures).splitlines()
    heads = [cell.strip() for cell in lines[0].split('|')[2:-1]]
    assert heads == ['model', 'backbone only', 'centred backbone']
    assert lines[2].split('|')[2:-1][-1].strip() == '0.200'
