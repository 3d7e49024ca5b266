// A strip that is painted by dragging, with the phases' edges as handles below it.
import {html, useRef, useState} from '../logic/hooks.js';
import {partsOf} from '../logic/colors.js';
import {edges, limits, moveEdge, paint, phaseAt} from '../logic/rows.js';
import {t} from '../texts.js';
import {Strip} from './strip.js';

const Edge = ({edge, rows, total, onmove, ondone}) => {
  const root = useRef(null);
  const [low, high] = limits(rows, total, edge);
  const frameOf = (event) => {
    const {left, width} = root.current.parentElement.getBoundingClientRect();
    return Math.round(((event.clientX - left) / width) * total);
  };
  const held = useRef(false);
  const down = (event) => {
    if (event.button) return;
    held.current = true;
    root.current.setPointerCapture(event.pointerId);
  };
  const up = (event) => {
    if (!held.current) return;
    held.current = false;
    ondone(edge, frameOf(event));
  };
  const key = (event) => {
    const by = {ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10}[event.key];
    if (by === undefined) return;
    event.preventDefault();
    ondone(edge, edge.at + by);
  };
  const name = t('phases.edge', {
    left: rows[edge.left]?.[2] ?? t('phases.nothing'),
    right: rows[edge.right]?.[2] ?? t('phases.nothing'),
  });
  return html`
    <span class="edge" role="slider" tabindex="0" ref=${root} aria-label=${name} title=${name}
      aria-valuemin=${low} aria-valuemax=${high} aria-valuenow=${edge.at}
      style=${{left: `${(100 * edge.at) / total}%`}} onpointerdown=${down}
      onpointermove=${(event) => held.current && onmove(edge, frameOf(event))}
      onpointerup=${up} onpointercancel=${up} onkeydown=${key} />`;
};

export const PaintStrip = ({player, rows, confidence, names, brush, commit}) => {
  const [draft, setDraft] = useState(null);
  const total = player.numFrames;
  const shown = draft ?? rows;
  const draw = (first, last, isOver) => {
    const painted = paint(rows, first, last, brush);
    setDraft(isOver ? null : painted);
    if (isOver) commit(painted);
  };
  const drag = (edge, at) => {
    const [low, high] = limits(rows, total, edge);
    player.move(Math.max(low, Math.min(high, at, total - 1)));
    setDraft(moveEdge(rows, total, edge, at));
  };
  const drop = (edge, at) => {
    setDraft(null);
    commit(moveEdge(rows, total, edge, at));
  };
  const here = phaseAt(shown, player.frame) ?? t('phases.nothing');
  return html`
    <div class="paint">
      <${Strip} tall total=${total} cursor=${player.frame} label=${t('phases.strip')}
        text=${t('phases.here', {frame: player.frame, phase: here})}
        parts=${partsOf(shown, names, draft ? null : confidence)} ondraw=${draw}
        onseek=${(frame) => player.move(frame)} />
      <div class="edges" role="group" aria-label=${t('phases.edges')}>
        ${total > 0 && edges(rows, total).map((edge) => html`
          <${Edge} key=${`${edge.left} ${edge.right}`} edge=${edge} rows=${rows} total=${total}
            onmove=${drag} ondone=${drop} />`)}
      </div>
    </div>`;
};
