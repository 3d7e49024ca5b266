// All videos in step on one clock.
import {infoOf, post, saveBlob} from '../api.js';
import {html, useApp, useKeys, usePick, useState, useTask} from '../logic/hooks.js';
import {useClock} from '../logic/clock.js';
import {timesTable} from '../logic/times_table.js';
import {number, seconds, t} from '../texts.js';
import {Checks} from '../parts/checks.js';
import {ExportButton} from '../parts/export.js';
import {GridCell} from '../parts/grid_cell.js';
import {IconButton} from '../parts/icons.js';
import {TaskButton} from '../parts/message.js';
import {Speed} from '../parts/player.js';
import {CropChoice} from '../parts/pair_export.js';
import {Strip, areaOf} from '../parts/strip.js';

const shares = (values) => {
  const most = Math.max(1e-9, ...values.filter(Number.isFinite));
  return values.map((value) => (Number.isFinite(value) ? value / most : 0));
};

const Curve = ({kind, found, clock, marks}) => {
  const values = found[kind];
  return html`
    <div class="curve-row"><span>${t(`timeline.${kind}`)}${' '}<b>${number(values[clock.index] ?? 0, 2)} ${t(`timeline.${kind}.unit`)}</b></span>
      <${Strip} total=${found.clock.length} cursor=${clock.index} marks=${marks}
        curve=${areaOf(shares(values))} label=${t(`timeline.${kind}`)}
        text=${seconds(found.clock[clock.index])} onseek=${(index) => clock.move(index)} />
    </div>`;
};

const Events = ({found, clock}) => (found.events.length > 0 && html`
  <ul class="events">${found.events.map((event) => html`
    <li><button type="button" onclick=${() => clock.moveTo(event.clock_s)}>${event.name}</button>
      <span>${t('timeline.event', {time: seconds(event.clock_s),
        spread: seconds(event.spread_s), n: event.marked_in})}</span></li>`)}</ul>`);

const Controls = ({clock, found}) => html`
  <div class="row controls">
    <${IconButton} icon="back" label=${t('player.previous')} onclick=${() => clock.step(-1)} />
    <button type="button" class="primary play" onclick=${() => clock.toggle()}>
      ${t(clock.playing ? 'player.pause' : 'timeline.play')}</button>
    <${IconButton} icon="forward" label=${t('player.next')} onclick=${() => clock.step(1)} />
    <${Speed} speed=${clock.speed} onchange=${(speed) => clock.setSpeed(speed)} />
    <output>${t('timeline.where', {time: seconds(found.clock[clock.index]),
      end: seconds(found.clock.at(-1))})}</output>
  </div>`;

const Exports = ({found, disabled}) => {
  const [crop, setCrop] = useState('none');
  const [speed, setSpeed] = useState(1);
  const task = useTask();
  const names = found.videos.map(({name}) => name);
  const save = () => task.run(async () => {
    const times = await Promise.all(names.map(async (name) => (await infoOf(name)).times));
    saveBlob(new Blob([timesTable(found, times)], {type: 'text/csv'}), 'times.csv');
  });
  return html`
    <fieldset class="row"><legend>${t('export')}</legend>
      <${TaskButton} task=${task} label=${t('timeline.csv')} onclick=${save} />
      <${CropChoice} value=${crop} onchange=${setCrop} kinds=${['none', 'subject']} />
      <${Speed} speed=${speed} onchange=${setSpeed} />
      <${ExportButton} label=${t('timeline.grid')} disabled=${disabled}
        body=${{kind: 'grid', videos: names, crop, speed, labels: true}} />
    </fieldset>`;
};

const Found = ({found, isActive}) => {
  const clock = useClock(found.clock, isActive);
  useKeys(isActive, (event) => clock.key(event));
  const marks = found.events.map((event) => ({at: clock.indexOf(event.clock_s),
    label: event.name}));
  const outliers = found.videos.filter(({outlier}) => outlier);
  return html`
    ${outliers.length > 0 && html`<p class="doubt" role="status">${t('timeline.outliers', {
      n: outliers.length, names: outliers.map(({name}) => name).join(', ')})}</p>`}
    <${Controls} clock=${clock} found=${found} />
    <${Curve} kind="uncertainty" ...${{found, clock, marks}} />
    <${Curve} kind="pace_spread" ...${{found, clock, marks}} />
    <${Events} found=${found} clock=${clock} />
    <div class="grid">${found.videos.map((video) => html`
      <${GridCell} key=${video.name} video=${video} index=${clock.index}
        isActive=${isActive} />`)}</div>
    <${Exports} found=${found} />`;
};

export const Timeline = ({isActive}) => {
  const {ready, choices, choose} = useApp();
  const task = useTask();
  const [found, setFound] = useState(null);
  const names = new Set(ready.map(({name}) => name));
  const chosen = (choices.timeline ?? []).filter((name) => names.has(name));
  const set = (videos) => choose({timeline: videos});
  usePick('timeline', (name) => set(
    chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]));
  const ask = async () => {
    const videos = chosen.length ? chosen : null;
    const answer = await task.run(() => post('timeline', {videos}));
    if (answer) setFound({...answer, id: Date.now()});
  };
  const legend = chosen.length
    ? t('timeline.chosen', {n: chosen.length}) : t('timeline.all', {n: ready.length});
  return html`
    <p class="quiet">${t('timeline.words')}</p>
    <div class="row"><${Checks} legend=${legend} chosen=${chosen} onchange=${set} />
      <${TaskButton} task=${task} primary label=${t('timeline.button')} onclick=${ask}
        disabled=${ready.length < 2} /></div>
    ${found && html`<${Found} key=${found.id} found=${found} isActive=${isActive} />`}`;
};
