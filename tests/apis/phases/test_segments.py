import csv

from carl_mm.apis import PhaseSegment
from carl_mm.apis.phases.segments import write_phase_csv


def test_csv_by_hand(tmp_path):
    segments = [
        PhaseSegment(0, 4, 'reach', 0, 0.91234, 0.0, 0.2),
        PhaseSegment(5, 5, 'lift, then put', 1, 1.0),
    ]
    write_phase_csv(tmp_path / 'out.csv', {'a.mp4': segments, 'b.mp4': segments[:1]})
    with open(tmp_path / 'out.csv', newline='') as file:
        rows = list(csv.reader(file))
    assert ','.join(rows[0]) == (
        'filename,first_frame,last_frame,phase,start_s,end_s,confidence'
    )
    assert rows[1:] == [
        ['a.mp4', '0', '4', 'reach', '0.000', '0.200', '0.912'],
        ['a.mp4', '5', '5', 'lift, then put', '', '', '1.000'],
        ['b.mp4', '0', '4', 'reach', '0.000', '0.200', '0.912'],
    ]
