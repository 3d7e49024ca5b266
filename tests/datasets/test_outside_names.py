import pytest
from mmengine.logging import MMLogger

from carl_mm.datasets.outside_names import check_names_inside


def entries(*names):
    return [{'filename': name} for name in names]


def test_names_inside_are_silent(capsys):
    names = entries('a.mp4', 'b/c.mp4', 'd..e.mp4')
    for choice in ('allow', 'warn', 'refuse'):
        check_names_inside(names, 'a.json', choice)
    assert capsys.readouterr().err == ''


@pytest.mark.parametrize('name', ['/etc/x.mp4', '../x.mp4', 'a/../../x.mp4'])
def test_names_that_lead_out_are_told_or_refused(name, monkeypatch):
    said = []
    monkeypatch.setattr(
        'carl_mm.datasets.outside_names.print_log', lambda text, **_: said.append(text)
    )
    MMLogger.get_current_instance()
    names = entries('a.mp4', name)
    check_names_inside(names, 'a.json', 'allow')
    assert said == []
    check_names_inside(names, 'a.json')
    assert said[0].startswith('a.json: 1 of 2 file names lead out of the folder of v')
    with pytest.raises(ValueError, match=rf"a\.json: 1 of 2 .* such as '{name}'"):
        check_names_inside(names, 'a.json', 'refuse')
    with pytest.raises(ValueError, match="got 'never'"):
        check_names_inside(names, 'a.json', 'never')
