// What the page shows: the folder, the model, what goes on, and how it is shown.
import {html, useApp, useTask} from '../logic/hooks.js';
import {post} from '../api.js';
import * as taste from '../logic/taste.js';
import {duration, load, moment, number, state as words, t} from '../texts.js';
import {IconButton} from './icons.js';
import {Problem} from './message.js';

const OURS = ['start', 'given']; // models whose names are ours, and translated

const madeBy = (model) => (OURS.includes(model.kind)
  ? t(`model.${model.kind}`) : t('model.trained', {n: model.trained_on ?? 0, when: moment(model.when ?? '')}));

const titleOf = (model) =>
  (OURS.includes(model.kind) ? t(`model.${model.kind}_name`) : model.title || model.name);

const Model = ({state}) => {
  const task = useTask();
  const models = state.models?.length ? state.models : [state.model];
  const current = models.find(({name}) => name === state.model.name) ?? state.model;
  const choose = (event) => task.run(() => post('models/choose', {name: event.target.value}));
  return html`
    <div class="model">
      <label><span>${t('model')}</span>${' '}${models.length > 1
        ? html`<select value=${current.name} onchange=${choose}>
            ${models.map((model) => html`<option value=${model.name}
              selected=${model.name === current.name}>${titleOf(model)}</option>`)}
          </select>` : html`<b>${titleOf(current)}</b>`}</label>
      <small>${madeBy(current)}</small><${Problem} line=${task.error} />
    </div>`;
};

const left = (remaining) =>
  (typeof remaining === 'number' ? t('remaining', {time: duration(remaining)}) : '');

const Embedding = ({embedding: {done, total, remaining_s: remaining, error}}) => {
  if (error) return html`<${Problem} line=${t('embedding.failed', {reason: error})} />`;
  if (done >= total) return null;
  return html`
    <div class="going-on"><label>${t('embedding', {done, total})} ${left(remaining)}${' '}
      <progress max=${total} value=${done} /></label></div>`;
};

const Training = ({training, open}) => {
  if (!training || ['done', 'stopped'].includes(training.status)) return null;
  const share = training.steps ? training.step / training.steps : 0;
  return html`
    <button type="button" class="going-on" onclick=${() => open('train')}>
      ${t(`training.${training.status}`)} ${training.steps > 0 && `${number(100 * share)} %`}
      ${' '}${left(training.remaining_s)}</button>`;
};

const Taste = ({redraw}) => {
  const change = async (event) => {
    taste.setLanguage(event.target.value);
    await load(event.target.value);
    document.title = t('title');
    redraw();
  };
  const dark = taste.isDark();
  return html`
    <label><span class="unseen">${t('language')}</span>
      <select onchange=${change} value=${words.language}>
        ${Object.entries(words.languages).map(([code, name]) => html`
          <option value=${code} lang=${code} selected=${code === words.language}>${name}</option>`)}
      </select></label>
    <${IconButton} icon=${dark ? 'light' : 'dark'} label=${t(dark ? 'light' : 'dark')}
      onclick=${() => { taste.setDark(!dark); redraw(); }} />`;
};

export const Header = () => {
  const {state, open, redraw, showTour, showHelp} = useApp();
  const inExample = location.pathname.endsWith('/example/');
  return html`
    <header>
      <h1>${inExample ? t('example.title') : state?.folder ?? t('title')}</h1>
      ${state && html`<${Model} state=${state} />`}
      <div class="news" aria-live="polite">
        ${state?.embedding && html`<${Embedding} embedding=${state.embedding} />`}
        ${state && html`<${Training} training=${state.training} open=${open} />`}
        ${state?.windows > 1 && html`<span>${t('windows', {n: state.windows - 1})}</span>`}
        ${state?.read_only && html`<span>${t('read_only')}</span>`}
      </div>
      <nav aria-label=${t('page')}>
        <a href=${inExample ? '../' : 'example/'}>${t(inExample ? 'example.back' : 'example')}</a>
        <button type="button" onclick=${showTour}>${t('tour')}</button>
        <button type="button" class="icon-button" onclick=${showHelp} aria-label=${t('help')}
          title=${t('help')}>?</button>
        <${Taste} redraw=${redraw} />
      </nav>
    </header>`;
};
