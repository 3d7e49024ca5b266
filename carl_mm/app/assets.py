"""The page's scripts and style sheet."""

from importlib.resources import files

from carl_mm.app.tabs import TABS


def head() -> str:
    """Return the page's scripts, as they stand in its head."""
    player = (files('carl_mm.app') / 'static' / 'player.js').read_text()
    scripts = [player, *(tab.script() for tab in TABS)]
    return ''.join(f'<script>\n{script}\n</script>\n' for script in scripts)


def css() -> str:
    """Return the page's style sheet."""
    return (files('carl_mm.app') / 'static' / 'page.css').read_text()
