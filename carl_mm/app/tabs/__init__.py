"""The page's tabs, one a file.

To add a tab, write a subclass of `Tab` in a file here, its script in ``static/``, and
name the class in `TABS`.
"""

from carl_mm.app.tabs.align import AlignTab
from carl_mm.app.tabs.deviations import DeviationsTab
from carl_mm.app.tabs.phases import PhasesTab
from carl_mm.app.tabs.retrieve import RetrieveTab
from carl_mm.app.tabs.tab import Tab

__all__ = ['TABS', 'Tab']

TABS: tuple[type[Tab], ...] = (AlignTab, RetrieveTab, PhasesTab, DeviationsTab)
