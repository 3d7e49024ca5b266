// Where a video strays from good ones: a chart that is clicked to see the moment.
import {post} from '../api.js';
import {html, playerKeys, useApp, useEffect, useKeys, usePick, usePlayback, useState, useTask}
  from '../logic/hooks.js';
import {number, seconds, t} from '../texts.js';
import {Chart, oddsTicks, placeOdds} from '../parts/chart.js';
import {Checks} from '../parts/checks.js';
import {TaskButton} from '../parts/message.js';
import {Chooser, Player} from '../parts/player.js';
import {frameAt} from '../logic/playback.js';

const Segments = ({found, player}) => html`
  <div class="row" role="group" aria-label=${t('deviations.segments')}>
    ${found.segments.map((segment) => html`
      <button type="button" class=${segment.is_cut ? 'cut' : 'strays'}
        onclick=${() => player.playPart(segment.first_frame, segment.last_frame)}>
        ${t('deviations.play', {from: seconds(segment.start_s), to: seconds(segment.end_s)})}
        ${' '}${segment.is_cut ? t('deviations.cut')
          : t('deviations.peak', {peak: number(segment.peak, 1)})}</button>`)}
  </div>`;

const Found = ({found, player}) => {
  const times = player.info?.times ?? [];
  const step = Math.ceil(found.scores.length / 4000); // no screen shows more
  const points = found.scores.map((score, frame) => [times[frame] ?? frame, score])
    .filter((_, frame) => frame % step === 0);
  const bands = found.segments.map((segment) => ({
    first: segment.start_s, last: segment.end_s, kind: segment.is_cut ? 'cut' : 'strays'}));
  const count = found.segments.length;
  return html`
    <div role="status"><p>${count ? t('deviations.found', {n: count}) : t('deviations.nothing')}
      ${' '}${t('deviations.by', {n: found.references.length})}</p>
      ${found.warning && html`<p class="doubt">${t('deviations.caution', {
        reason: found.warning})}</p>`}</div>
    <${Segments} found=${found} player=${player} />
    ${player.info && html`<${Chart} points=${points} bands=${bands} level=${found.threshold}
      title=${t('deviations.chart')} xLabel=${t('axis.time')} yLabel=${t('axis.odds')}
      yTicks=${oddsTicks} place=${placeOdds} cursor=${player.time}
      onmove=${(time) => player.move(frameAt(times, time))} />`}
    <p class="quiet">${t('deviations.words')}</p>
    <p class="quiet">${t('deviations.used', {names: found.references.join(', ')})}</p>`;
};

export const Deviations = ({isActive}) => {
  const {ready, choices, choose} = useApp();
  const player = usePlayback();
  const [task, suggesting] = [useTask(), useTask()];
  const [found, setFound] = useState(null);
  const names = ready.map(({name}) => name);
  const name = names.includes(choices.judge) ? choices.judge : names[0] ?? '';
  const references = (choices.references ?? []).filter(
    (each) => each !== name && names.includes(each));
  const set = (chosen) => choose({references: chosen});
  const open = (video) => choose({judge: video});
  usePick('deviations', open);
  useEffect(() => { if (name) player.show(name); }, [name]);
  useEffect(() => { if (!isActive) player.pause(); }, [isActive]);
  useKeys(isActive, (event) => playerKeys(player, event));
  const judge = async () => {
    setFound(null);
    const chosen = references.length ? references : null;
    const answer = await task.run(() => post('deviations', {video: name, references: chosen}));
    if (!answer) return;
    setFound(answer);
    if (answer.segments.length) player.move(answer.segments[0].first_frame);
  };
  const suggest = async () => {
    const answer = await suggesting.run(() => post('suggest_references', {video: name}));
    if (answer) set(answer.references);
  };
  const legend = references.length
    ? t('deviations.chosen', {n: references.length}) : t('deviations.auto');
  return html`
    <p class="quiet">${t('deviations.start')}</p>
    <div class="row"><${Checks} legend=${legend} chosen=${references} onchange=${set}
        without=${name} />
      <${TaskButton} task=${suggesting} label=${t('deviations.suggest')} onclick=${suggest}
        disabled=${!name} />
      <${TaskButton} task=${task} primary label=${t('deviations.button')} onclick=${judge}
        disabled=${!name} /></div>
    <div class="single"><${Player} player=${player} label=${t('deviations.video')}
      header=${html`<figcaption><${Chooser} label=${t('deviations.video')} value=${name}
        onchange=${open} /></figcaption>`} /></div>
    ${found?.video === name && html`<${Found} found=${found} player=${player} />`}`;
};
