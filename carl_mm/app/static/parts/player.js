// A video with its controls. Views pass what usePlayback() gave them.
import {SPEEDS, html, useApp, useMemo, useRef, useState} from '../logic/hooks.js';
import {WHOLE, isWhole, zoomed} from '../logic/crop.js';
import {number, seconds, t} from '../texts.js';
import {IconButton} from './icons.js';
import {Stage} from './stage.js';

// The part of a video that is shown and exported, kept with the project.
export const useBox = (name) => {
  const {choices, choose} = useApp();
  const set = (box) => choose({
    crops: {...choices.crops, [name]: isWhole(box) ? undefined : box},
  });
  return [choices.crops?.[name] ?? WHOLE, set];
};

export const Speed = ({speed, onchange}) => html`
  <label class="speed"><span class="unseen">${t('player.speed')}</span>
    <select value=${speed} title=${t('player.speed')}
      onchange=${(event) => onchange(Number(event.target.value))}>
      ${SPEEDS.map((each) => html`
        <option value=${each} selected=${each === speed}>
          ${number(each, Number.isInteger(each) ? 0 : each < 0.2 ? 1 : 2)} ×</option>`)}
    </select></label>`;

const Zoom = ({box, setBox, isDrawing, setDrawing, disabled, target}) => html`
  <span class="group">
    <${IconButton} icon="minus" label=${t('player.zoom_out')} disabled=${disabled || isWhole(box)}
      onclick=${() => setBox(zoomed(box, 1 / 1.25))} />
    <${IconButton} icon="plus" label=${t('player.zoom_in')} disabled=${disabled}
      onclick=${() => setBox(zoomed(box, 1.25))} />
    <${IconButton} icon="crop" label=${t('player.crop')} disabled=${disabled}
      aria-pressed=${isDrawing} onclick=${() => setDrawing(!isDrawing)} />
    <${IconButton} icon="whole" label=${t('player.whole')} disabled=${disabled || isWhole(box)}
      onclick=${() => setBox(WHOLE)} />
    <${IconButton} icon="full" label=${t('player.full')} disabled=${disabled}
      onclick=${() => (document.fullscreenElement
        ? document.exitFullscreen() : target.current.requestFullscreen())} />
  </span>`;

export const Player = ({player, label, faint, faintNote, header, children}) => {
  const root = useRef(null);
  const [isDrawing, setDrawing] = useState(false);
  const [box, setBox] = useBox(player.name);
  const off = !player.info;
  const where = off ? ' ' : t('player.where', {
    time: seconds(player.time), frame: player.frame, last: player.numFrames - 1,
  });
  return html`
    <figure class=${`player ${faint ? 'alone' : ''}`} ref=${root} aria-label=${label}>
      ${header ?? html`<figcaption>${label}${player.name && `: ${player.name}`}</figcaption>`}
      <${Stage} ...${{player, label, box, setBox, isDrawing}}
        onDrawn=${() => setDrawing(false)} />
      ${faintNote && html`<p class="alone-note" role="status">${faint && faintNote}</p>`}
      <input type="range" min="0" max=${Math.max(0, player.numFrames - 1)} step="1"
        value=${player.frame} disabled=${off} aria-label=${t('player.slider', {label})}
        aria-valuetext=${where} oninput=${(event) => player.move(Number(event.target.value))} />
      ${children}
      <div class="controls">
        <span class="group">
          <${IconButton} icon="back" label=${t('player.previous')} disabled=${off}
            onclick=${() => player.step(-1)} />
          <button type="button" class="play" disabled=${off} onclick=${() => player.toggle()}>
            ${player.playing ? t('player.pause') : t('player.play')}</button>
          <${IconButton} icon="forward" label=${t('player.next')} disabled=${off}
            onclick=${() => player.step(1)} />
          <${Speed} speed=${player.speed} onchange=${(speed) => player.setSpeed(speed)} />
        </span>
        <${Zoom} ...${{box, setBox, isDrawing, setDrawing}} disabled=${off} target=${root} />
        <output>${where}</output>
      </div>
    </figure>`;
};

// The list of videos to choose from; the list at the side chooses, too.
export const Chooser = ({label, value, onchange}) => {
  const {ready} = useApp();
  // Made once: players draw their view anew at every frame, and there may be thousands.
  const options = useMemo(() => ready.map(({name}) => html`
    <option key=${name} value=${name}>${name}</option>`), [ready]);
  return html`
    <label class="chooser"><span>${label}</span>
      <select value=${value} onchange=${(event) => onchange(event.target.value)}>
        <option value="" disabled>${t('chooser.none')}</option>
        ${options}
      </select></label>`;
};
