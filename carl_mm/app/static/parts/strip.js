// A video's frames as a strip: parts in colour, a cursor, a box that is drawn on it.
import {html, useRef} from '../logic/hooks.js';

const percent = (share) => `${share * 100}%`;

// Where a box that is made longer by keys starts: Shift may have been let go meanwhile.
const farEnd = (range, cursor) => {
  if (range && cursor === range[1]) return range[0];
  return range && cursor === range[0] ? range[1] : cursor;
};

// Parts are {first, last, color, label, faint, kind}; marks {at, label}. `onseek(frame)`
// is told of clicks and arrows, `ondraw(first, last, isOver)` of a box that is drawn by
// pointer or, with Shift, by arrows.
export const Strip = ({
  total, cursor, parts = [], marks = [], range = null, curve = null, label, text = '',
  onseek, ondraw, tall,
}) => {
  const [root, from, anchor] = [useRef(null), useRef(null), useRef(null)];
  if (!total) return html`<div class="strip empty-strip" />`;
  const frameOf = (event) => {
    const {left, width} = root.current.getBoundingClientRect();
    const frame = Math.floor(((event.clientX - left) / width) * total);
    return Math.max(0, Math.min(total - 1, frame));
  };
  const down = (event) => {
    if (event.button) return;
    root.current.setPointerCapture(event.pointerId);
    from.current = frameOf(event);
    onseek?.(from.current);
  };
  const move = (event) => {
    if (from.current === null) return;
    const frame = frameOf(event);
    onseek?.(frame);
    ondraw?.(Math.min(from.current, frame), Math.max(from.current, frame), false);
  };
  const up = (event) => {
    if (from.current === null) return;
    const [a, b] = [from.current, frameOf(event)];
    from.current = null;
    if (event.type === 'pointerup') ondraw?.(Math.min(a, b), Math.max(a, b), true);
  };
  const key = (event) => {
    const by = {ArrowLeft: -1, ArrowRight: 1, PageDown: 10, PageUp: -10}[event.key];
    const ends = {Home: 0, End: total - 1}[event.key];
    if (by === undefined && ends === undefined) return;
    event.preventDefault();
    const frame = Math.max(0, Math.min(total - 1, ends ?? cursor + by));
    if (!event.shiftKey) anchor.current = null;
    else anchor.current ??= farEnd(range, cursor);
    onseek?.(frame);
    if (anchor.current === null || !ondraw) return;
    ondraw(Math.min(anchor.current, frame), Math.max(anchor.current, frame), false);
  };
  const released = (event) => {
    if (event.key !== 'Shift' || anchor.current === null || !ondraw) return;
    ondraw(Math.min(anchor.current, cursor), Math.max(anchor.current, cursor), true);
    anchor.current = null;
  };
  const span = (first, last) => ({
    left: percent(first / total), width: percent((last + 1 - first) / total),
  });
  return html`
    <div class=${`strip ${tall ? 'tall' : ''}`} ref=${root} tabindex="0" role="slider"
      aria-label=${label} aria-valuemin="0" aria-valuemax=${total - 1} aria-valuenow=${cursor}
      aria-valuetext=${text || `${cursor}`} onpointerdown=${down} onpointermove=${move}
      onpointerup=${up} onpointercancel=${up} onkeydown=${key} onkeyup=${released}>
      ${parts.map((part) => html`
        <i class=${`part ${part.kind ?? ''} ${part.faint ? 'faint' : ''}`} title=${part.label}
          style=${{...span(part.first, part.last), background: part.color}} />`)}
      ${curve && html`<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path class="curve" d=${curve} /></svg>`}
      ${range && html`<i class="range" style=${span(...range)} />`}
      ${marks.map(({at, label: title}) => html`
        <i class="mark" title=${title} style=${{left: percent((at + 0.5) / total)}} />`)}
      <i class="cursor" style=${{left: percent((cursor + 0.5) / total)}} />
    </div>`;
};

// The area below values in [0, 1] as a path in a square of 100.
export const areaOf = (values) => {
  const points = values.map((value, i) =>
    `L${((100 * (i + 0.5)) / values.length).toFixed(2)} ${(100 - 96 * value).toFixed(1)}`);
  return `M0 100${points.join('')}L100 100Z`;
};

// Frames as stretches {first, last}, of those for which `is` holds.
export const stretches = (total, is) => {
  const found = [];
  for (let frame = 0; frame < total; frame += 1) {
    if (!is(frame)) continue;
    const before = found.at(-1);
    if (before?.last === frame - 1) before.last = frame;
    else found.push({first: frame, last: frame});
  }
  return found;
};
