// Curves over frames or steps, drawn as SVG so that the style sheet colours them.
import {html, useEffect, useRef, useState} from '../logic/hooks.js';
import {number} from '../texts.js';

const [LEFT, RIGHT, TOP, BOTTOM] = [58, 12, 12, 46];

// Four to ten round numbers in a range.
export const ticks = (low, high) => {
  const rough = Math.max(high - low, 1e-6) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + 1e-9; at += 1) {
    found.push(Number((at * step).toPrecision(6)));
  }
  return found;
};

// Linear up to about 5 log odds and logarithmic beyond, as in tools/deviations.py.
export const placeOdds = (score) => Math.asinh(score / 5);

export const oddsTicks = (low, high) => {
  const gap = Math.max((placeOdds(high) - placeOdds(low)) / 8, 1e-9);
  const found = [0];
  for (const [sign, limit] of [[1, high], [-1, -low]]) {
    let last = 0;
    for (let power = -3; 10 ** power <= limit; power += 1) {
      for (const digit of [1, 2, 5]) {
        const tick = Number(`${digit}e${power}`);
        if (tick > limit || placeOdds(tick) - placeOdds(last) < gap) continue;
        found.push(sign * tick);
        last = tick;
      }
    }
  }
  return found;
};

const digitsOf = (value) => Math.min(4, (String(value).split('.')[1] ?? '').length);

// `points` are [x, y] by x; `bands` {first, last, kind} in x; `level` a dashed line;
// `place` maps y to where it is drawn.
export const Chart = ({
  points, title, xLabel, yLabel, xTicks, yTicks, place = (y) => y, bands = [], level = null,
  cursor = null, onmove, yLow = 0,
}) => {
  const root = useRef(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const observer = new ResizeObserver(() => setWidth(root.current.clientWidth || 600));
    observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  const height = 260;
  const xs = points.map(([at]) => at);
  const ys = [...points.map(([, value]) => value), yLow, ...(level === null ? [] : [level])];
  const [x0, x1] = [xs[0] ?? 0, Math.max(xs.at(-1) ?? 1, (xs[0] ?? 0) + 1e-9)];
  const low = ys.reduce((a, b) => Math.min(a, b));
  const high = ys.reduce((a, b) => Math.max(a, b)) * 1.05 || 1;
  const x = (at) => LEFT + ((width - LEFT - RIGHT) * (at - x0)) / (x1 - x0);
  const y = (value) => TOP + ((height - TOP - BOTTOM) * (place(high) - place(value)))
    / (place(high) - place(low));
  const follow = (event) => {
    if (!onmove || !event.buttons) return;
    const share = (event.offsetX - LEFT) / (width - LEFT - RIGHT);
    onmove(x0 + Math.max(0, Math.min(1, share)) * (x1 - x0));
  };
  const down = (event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    follow(event);
  };
  const line = points.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
  const words = (value) => number(value, digitsOf(value));
  return html`
    <div class="chart" ref=${root}><svg width=${width} height=${height} role="img"
      aria-label=${title} onpointerdown=${down} onpointermove=${follow}>
      ${bands.map(({first, last, kind}) => html`<rect class=${`band ${kind}`} x=${x(first)}
        y=${TOP} width=${Math.max(1, x(last) - x(first))} height=${height - TOP - BOTTOM} />`)}
      <rect class="frame" x=${LEFT} y=${TOP} width=${Math.max(1, width - LEFT - RIGHT)}
        height=${height - TOP - BOTTOM} />
      ${(yTicks ?? ticks)(low, high).map((value) => html`
        <text x=${LEFT - 6} y=${y(value) + 5} text-anchor="end">${words(value)}</text>
        <line class="grid" x1=${LEFT} x2=${width - RIGHT} y1=${y(value)} y2=${y(value)} />`)}
      ${(xTicks ?? ticks(x0, x1)).map((value) => html`
        <text x=${x(value)} y=${height - 25} text-anchor="middle">${words(value)}</text>`)}
      <text x=${(LEFT + width - RIGHT) / 2} y=${height - 6} text-anchor="middle">${xLabel}</text>
      <text transform=${`translate(14 ${(TOP + height - BOTTOM) / 2}) rotate(-90)`}
        text-anchor="middle">${yLabel}</text>
      ${level !== null && html`<line class="level" x1=${LEFT} x2=${width - RIGHT}
        y1=${y(level)} y2=${y(level)} />`}
      ${line.length > 0 && html`<path class="line" d=${`M${line.join('L')}`} />`}
      ${cursor !== null && html`<line class="now" x1=${x(cursor)} x2=${x(cursor)} y1=${TOP}
        y2=${height - BOTTOM} />`}
    </svg></div>`;
};
