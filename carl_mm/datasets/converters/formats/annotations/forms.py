"""The forms of files of labels, and how a file's is found by its content."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    LabelledVideo,
)
from carl_mm.datasets.converters.formats.annotations.programs import (
    boris_events,
    boris_project,
    boris_writing,
    cvat,
    cvat_writing,
    elan,
    label_studio,
    labels_csv,
    textgrid,
    via,
    webvtt,
)
from carl_mm.datasets.converters.formats.annotations.source import Source

Write = Callable[[Sequence[LabelledVideo]], str]


@dataclass(frozen=True)
class Form:
    """A form of files of labels.

    Args:
        shown: What its program is called.
        suffix: How names of its files end.
        write: Returns the text of a file.
        matches: Whether a file is of this form; None for our own.
        read: Reads a file.
        decimals: Number of decimals of its times; None if it has none.
        tells_frames: Whether its frames count, not its times.
        one_video: Whether a file is of one video alone.
        needs_size: Whether it tells the size of pictures.
        keeps: What it has a place for, beside phases.
    """

    shown: str
    suffix: str
    write: Write
    matches: Callable[[Source], bool] | None = None
    read: Callable[[Source], Foreign] | None = None
    decimals: int | None = 3
    one_video: bool = False
    tells_frames: bool = False
    needs_size: bool = False
    keeps: frozenset[str] = frozenset({'confidences', 'actions'})


_NEITHER = frozenset[str]()
FORMS = {
    'csv': Form('labels CSV', '.csv', labels_csv.write, tells_frames=True),
    'elan': Form('ELAN', '.eaf', elan.write, elan.matches, elan.read, one_video=True),
    'boris': Form(
        'BORIS project',
        '.boris',
        boris_writing.write,
        boris_project.matches,
        boris_project.read,
    ),
    'boris_events': Form(
        'BORIS table of events',
        '.tsv',
        boris_events.write,
        boris_events.matches,
        boris_events.read,
    ),
    'label_studio': Form(
        'Label Studio',
        '.json',
        label_studio.write,
        label_studio.matches,
        label_studio.read,
        decimals=None,
    ),
    'label_studio_predictions': Form(
        'Label Studio, as predictions',
        '.json',
        label_studio.write_predictions,
        decimals=None,
    ),
    'cvat': Form(
        'CVAT for video 1.1',
        '.xml',
        cvat_writing.write,
        cvat.matches,
        cvat.read,
        decimals=None,
        one_video=True,
        needs_size=True,
    ),
    'via': Form('VIA 3', '.json', via.write, via.matches, via.read, decimals=6),
    'textgrid': Form(
        'Praat TextGrid',
        '.TextGrid',
        textgrid.write,
        textgrid.matches,
        textgrid.read,
        decimals=6,
        one_video=True,
        keeps=_NEITHER,
    ),
    'webvtt': Form(
        'WebVTT',
        '.vtt',
        webvtt.write,
        webvtt.matches,
        webvtt.read,
        one_video=True,
        keeps=_NEITHER,
    ),
}


def find_form(source: Source) -> Form | None:
    """Return the form of a file of another program, by its content.

    Returns:
        The form; None if it is none of these.

    Raises:
        ValueError: It is XML that is broken, or of no known form.
    """
    start = source.head[:1]
    if start in ('{', '['):
        try:
            source.json  # noqa: B018
        except ValueError:  # who knows what else it may be says so
            return None
    for form in FORMS.values():
        if form.matches is not None and form.matches(source):
            return form
    if start == '<':
        raise source.error(
            f'XML of an unknown kind (<{source.xml.tag[:40]}>); known are '
            f'{elan.ROOT} (ELAN) and {cvat.ROOT} (CVAT for video)'
        )
    return None


def form_of_name(name: str) -> str:
    """Return the name of the form that files of this name have.

    Raises:
        ValueError: There is none, or there are several.
    """
    found = [
        key for key, form in FORMS.items() if name.lower().endswith(form.suffix.lower())
    ]
    if len(found) == 1:
        return found[0]
    what = f'one of {", ".join(found or FORMS)}'
    raise ValueError(f'{name}: say by --to which form is meant: {what}')
