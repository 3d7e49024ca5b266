"""Settings of the documentation site; ``make docs`` builds it without a network."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from carl_mm import __version__  # noqa: E402

project = 'carl_mm'
author = 'the carl_mm developers'
version = release = __version__
extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon', 'site_parts']
exclude_patterns = ['_build']

html_theme = 'furo'
html_title = f'carl_mm {version}'
html_static_path = ['_static']
html_css_files = ['tables.css']
html_copy_source = False
html_show_copyright = False

myst_enable_extensions = ['colon_fence', 'deflist']
myst_heading_anchors = 3

add_module_names = False
autodoc_member_order = 'bysource'
autodoc_typehints_format = 'short'
python_use_unqualified_type_names = True
napoleon_use_ivar = True
nitpicky = True
