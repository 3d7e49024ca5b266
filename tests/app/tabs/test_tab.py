"""What all tabs share."""

import pytest

gr = pytest.importorskip('gradio')
from carl_mm.app.tabs import TABS  # noqa: E402
from carl_mm.app.tabs.tab import Picker, Tab  # noqa: E402


@pytest.mark.parametrize(
    ('index', 'names', 'name'),
    [(0, ['a', 'b'], 'a'), (1, ['a', 'b'], 'b'), (1, ['a'], None), (None, ['a'], None)],
)
def test_the_preselected_video(index, names, name):
    assert Picker('', index).preselect(names) == name


class ExampleTab(Tab):
    name = 'example'
    title = 'Example'
    pickers = (Picker('One'), Picker('Several', many=True), Picker('Another'))
    panel = '<p>panel</p>'

    def actions(self):
        return [self.act]

    def lay_out(self):
        boxes = self.place_pickers()
        self.place_panel()
        self.connect(gr.Button('Act'), self.act, boxes)
        return boxes

    def act(self, one, several, another):
        return {'one': one, 'another': another}


def test_a_tab_is_built_from_its_record():
    with gr.Blocks() as page:
        one, several, another = ExampleTab(library=None).build()
    (tab,) = (block for block in page.blocks.values() if isinstance(block, gr.Tab))
    (panel,) = (block for block in tab.children if isinstance(block, gr.HTML))
    assert (tab.label, panel.value) == ('Example', '<p>panel</p>')
    assert 'carl.exampleTab(element)' in panel.js_on_load
    events = page.config['dependencies']
    changes = [e for e in events if e['targets'][0][1] == 'change']
    # The script shows the videos of which one is chosen, and is told of all of these.
    assert [e['targets'][0][0] for e in changes] == [one._id, another._id]
    assert all(e['inputs'] == [one._id, another._id] for e in changes)
    assert all("carl.choose('example'" in e['js'] for e in changes)
    (click,) = (e for e in events if e['targets'][0][1] == 'click')
    assert click['inputs'] == [one._id, several._id, another._id]
    (shown,) = (e for e in events if 'carl.tabs.example.show' in str(e['js']))
    assert shown['inputs'] == click['outputs']


def test_tabs_and_their_endpoints_have_names_of_their_own():
    names = [tab.name for tab in TABS]
    endpoints = [action.__name__ for tab in TABS for action in tab(None).actions()]
    assert len(set(names)) == len(names)
    assert len({'videos', 'add_video', *endpoints}) == len(endpoints) + 2
