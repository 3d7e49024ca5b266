// A model of this folder's own: what it will cost, how far it is, what it has learnt.
import {post} from '../api.js';
import {html, useApp, useEffect, useState, useTask} from '../logic/hooks.js';
import {duration, number, t} from '../texts.js';
import {Chart} from '../parts/chart.js';
import {Busy, Problem} from '../parts/message.js';
import {TrainingPreview} from '../parts/training_preview.js';

const GOING = ['preparing', 'caching', 'running'];

const Estimate = ({estimate}) => (estimate ? html`
  <dl class="facts">
    <dt>${t('train.time')}</dt><dd>${t('train.about', {time: duration(estimate.seconds)})}</dd>
    <dt>${t('train.videos')}</dt><dd>${number(estimate.videos)}</dd>
    <dt>${t('train.steps')}</dt><dd>${number(estimate.steps)}</dd>
    <dt>${t('train.disk')}</dt><dd>${t('unit.mb', {mb: number(estimate.disk_mb)})}</dd>
  </dl>` : null);

const Progress = ({training}) => {
  const {status, step, steps, remaining_s: remaining, error} = training;
  const name = t(`training.${status}`);
  return html`
    <div role="status"><h3>${name}</h3>
      ${typeof remaining === 'number' && GOING.includes(status)
        && html`<p>${t('remaining', {time: duration(remaining)})}</p>`}</div>
    ${steps > 0 && html`<label>${t('train.step', {step: step ?? 0, steps})}${' '}
      <progress max=${steps} value=${step ?? 0} /></label>`}
    <${Problem} line=${error ? t('train.failed', {reason: error}) : ''} />`;
};

const Curves = ({training}) => {
  const curve = (values, key) => (values?.length > 1 && html`
    <div><h3>${t(key)}</h3><${Chart} points=${values} title=${t(key)}
      xLabel=${t('axis.step')} yLabel=${t(`${key}.axis`)} /></div>`);
  return html`<div class="pair">${curve(training.loss, 'train.loss')}
    ${curve(training.cycle_error, 'train.cycle')}</div>`;
};

const Actions = ({status, task, start, canStart}) => {
  const going = GOING.includes(status);
  const act = (what) => () => task.run(() => post(`training/${what}`));
  const button = (key, onclick, style = '') => html`
    <button type="button" class=${style} disabled=${task.busy} onclick=${onclick}>${t(key)}</button>`;
  return html`
    <div class="row">
      ${canStart && button('train.start', start, 'primary')}
      ${going && button('train.pause', act('pause'))}
      ${['paused', 'failed'].includes(status) && button('train.resume', act('resume'), 'primary')}
      ${(going || status === 'paused') && button('train.stop', act('stop'))}
      ${['paused', 'failed', 'stopped'].includes(status) && button('train.discard', act('discard'))}
      <${Busy} busy=${task.busy} /></div>
    <${Problem} line=${task.error} />`;
};

export const Train = ({isActive}) => {
  const {state} = useApp();
  const [asking, task] = [useTask(), useTask()];
  const [estimate, setEstimate] = useState(null);
  const training = state?.training ?? null;
  const status = training?.status;
  const canStart = !training || ['done', 'stopped'].includes(status);
  const total = state?.videos.ready;
  useEffect(() => {
    if (!isActive || !canStart || !total) return;
    asking.run(() => post('training/estimate')).then((found) => found && setEstimate(found));
  }, [isActive, canStart, total]);
  return html`
    <p class="quiet">${t('train.words')}</p>
    ${canStart && html`<h3>${t('train.cost')}</h3>
      <${Busy} busy=${asking.busy} text=${t('train.estimating')} />
      <${Problem} line=${asking.error} /><${Estimate} estimate=${estimate} />`}
    ${training && html`<${Progress} training=${training} />`}
    <${Actions} ...${{status, task, canStart}} start=${() => task.run(
      () => post('training/start'))} />
    ${training && html`<${Curves} training=${training} />
      <${TrainingPreview} preview=${training.preview} />`}`;
};
