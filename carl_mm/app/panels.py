"""The parts of the page that its own JavaScript fills."""

from importlib.resources import files

from carl_mm.visualization.parts.phases import UNLABELLED_COLOR, phase_colors

NUM_COLORS = 24
ROWS_ID = 'carl-rows-of-all'  # of all videos' phases
SCRIPTS = ('player', 'align', 'retrieve', 'phases', 'deviations')

PAIR = """
<div class="carl-pair">
  <figure class="carl-first"></figure>
  <figure class="carl-second"></figure>
</div>
"""
ALIGN = f"""
<p class="carl-result" role="status">Choose two videos above, then press Align.</p>
{PAIR}
"""
RETRIEVE = f"""
{PAIR}
<p class="carl-result" role="status">Choose a video and move its slider to the moment
that you look for, then press Find.</p>
<div class="carl-cards"></div>
"""
PHASES = """
<div class="carl-pair">
  <figure class="carl-first"></figure>
  <div class="carl-beside">
    <label class="carl-field">Names of the phases, in order, with commas between
      <input class="carl-names" value="start, middle, end"></label>
    <b>Paint with</b>
    <div class="carl-brushes"></div>
    <p>Drag over the bar below to paint frames; the video shows where you are. Or move
    the slider to where a phase begins, and press this:</p>
    <button class="carl-button carl-from-here">Paint from this frame to the end</button>
  </div>
</div>
<canvas class="carl-bar" aria-label="Phases over time; drag to paint"></canvas>
<p class="carl-rows"></p>
"""
DEVIATIONS = """
<div class="carl-pair">
  <figure class="carl-first"></figure>
  <div class="carl-beside">
    <p class="carl-result" role="status">Choose a video, and the good ones to judge it
    by, then press Judge. Ten good ones are better than two.</p>
    <div class="carl-segments"></div>
  </div>
</div>
<canvas class="carl-chart" aria-label="Deviation over time"></canvas>
"""


def head() -> str:
    """Return the page's scripts, as they stand in its head."""
    static = files('carl_mm.app') / 'static'
    scripts = [(static / f'{name}.js').read_text() for name in SCRIPTS]
    colors = ', '.join(f"'{color}'" for color in phase_colors(NUM_COLORS))
    scripts.insert(
        1, f"carl.COLORS = [{colors}];\ncarl.UNLABELLED = '{UNLABELLED_COLOR}';"
    )
    return ''.join(f'<script>\n{script}\n</script>\n' for script in scripts)


def css() -> str:
    """Return the page's style sheet."""
    return (files('carl_mm.app') / 'static' / 'page.css').read_text()
