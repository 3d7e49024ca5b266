// The picture of a player: zoomed by wheel, pinch, keys or a drawn box.
import {html, useEffect, useRef, useState} from '../logic/hooks.js';
import {WHOLE, isWhole, moved, placeOf, placed, spanned, transform, zoomed} from '../logic/crop.js';
import {t} from '../texts.js';

const STEP = 1.25;

const useSize = (ref) => {
  const [size, setSize] = useState([0, 0]);
  useEffect(() => {
    const observer = new ResizeObserver(() =>
      setSize([ref.current.clientWidth, ref.current.clientHeight]));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return size;
};

const gap = ([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]);

export const Stage = ({player, label, box, setBox, isDrawing, onDrawn}) => {
  const [root, video, pointers] = [useRef(null), useRef(null), useRef(new Map())];
  const stage = useSize(root);
  const [drawn, setDrawn] = useState(null);
  useEffect(() => player.attach(video.current), []);
  const size = [video.current?.videoWidth ?? 0, video.current?.videoHeight ?? 0];
  const {zoom, x, y} = transform(box, stage, size);

  const point = (event) => {
    const {left, top} = root.current.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const place = (event) => placeOf(point(event), box, stage, size);
  const down = (event) => {
    if (!size[0] || event.button) return;
    pointers.current.set(event.pointerId, point(event));
    if (isDrawing || !isWhole(box)) root.current.setPointerCapture(event.pointerId);
    if (isDrawing) setDrawn({from: place(event), to: place(event)});
  };
  const move = (event) => {
    const held = pointers.current;
    const before = held.get(event.pointerId);
    if (!before) return;
    const gapBefore = held.size === 2 && gap([...held.values()]);
    held.set(event.pointerId, point(event));
    if (drawn) setDrawn({...drawn, to: place(event)});
    else if (gapBefore) setBox(zoomed(box, gap([...held.values()]) / gapBefore));
    else if (!isWhole(box)) {
      const [a, b] = [placeOf(before, box, stage, size), place(event)];
      setBox(moved(box, a[0] - b[0], a[1] - b[1]));
    }
  };
  const up = (event) => {
    pointers.current.delete(event.pointerId);
    if (!drawn) return;
    const found = spanned(drawn.from, place(event));
    setDrawn(null);
    onDrawn();
    if (Math.abs(drawn.from[0] - drawn.to[0]) > 0.02) setBox(found);
  };
  const wheel = (event) => {
    if (!event.ctrlKey || !size[0]) return; // a pinch on a touchpad is this, too
    event.preventDefault();
    setBox(zoomed(box, event.deltaY < 0 ? STEP : 1 / STEP, place(event)));
  };
  const key = (event) => {
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const by = way[event.key];
    if (event.key === '+') setBox(zoomed(box, STEP));
    else if (event.key === '-') setBox(zoomed(box, 1 / STEP));
    else if (event.key === '0') setBox(WHOLE);
    else if (event.shiftKey && by) setBox(moved(box, by[0] * 0.1 * box[2], by[1] * 0.1 * box[3]));
    else if (by?.[0]) player.step(by[0]);
    else return;
    event.preventDefault();
  };
  const frame = drawn && spanned(drawn.from, drawn.to);
  const picture = frame && placed(stage, size);
  const corner = frame && {
    left: `${picture.left + frame[0] * picture.size[0]}px`,
    top: `${picture.top + frame[1] * picture.size[1]}px`,
    width: `${frame[2] * picture.size[0]}px`, height: `${frame[3] * picture.size[1]}px`,
  };
  return html`
    <div class=${`stage ${isDrawing ? 'drawing' : ''} ${isWhole(box) ? '' : 'zoomed'}`}
      ref=${root} tabindex="0" role="group" aria-label=${t('stage.name', {label})}
      onpointerdown=${down} onpointermove=${move} onpointerup=${up} onpointercancel=${up}
      onwheel=${wheel} onkeydown=${key}>
      <div class="zoom" style=${{transform: `translate(${x}px, ${y}px) scale(${zoom})`}}>
        <video ref=${video} playsinline preload="auto" tabindex="-1" aria-hidden="true" />
        ${corner && html`<i class="drawn" style=${corner} />`}
      </div>
      ${!player.name && html`<p class="hint">${t('player.none')}</p>`}
      ${player.loading && html`<p class="hint" role="status">${t('player.loading')}</p>`}
      ${player.error && html`<p class="hint" role="alert">${player.error.message}</p>`}
    </div>`;
};
