// The page: header, the list of videos, and the views as tabs.
import {App, html, useEffect, useKeys, useMemo, useRef, useState} from './logic/hooks.js';
import {useProject} from './logic/project.js';
import {lineOf} from './api.js';
import {t} from './texts.js';
import {Header} from './parts/header.js';
import {Help} from './parts/help.js';
import {Library} from './parts/library.js';
import {Tour} from './parts/tour.js';
import {Align} from './views/align.js';
import {Deviations} from './views/deviations.js';
import {Find} from './views/find.js';
import {Phases} from './views/phases.js';
import {Timeline} from './views/timeline.js';
import {Train} from './views/train.js';

const VIEWS = {
  align: Align, timeline: Timeline, find: Find, phases: Phases, deviations: Deviations,
  train: Train,
};
const NAMES = Object.keys(VIEWS);

const Tabs = ({view, open}) => {
  useEffect(() => { // on a phone the row of tabs is wider than the screen
    const tab = document.getElementById(`tab-${view}`);
    tab.parentElement.scrollLeft = tab.offsetLeft - 40;
  }, [view]);
  const key = (event) => {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    const at = {Home: 0, End: NAMES.length - 1}[event.key];
    if (by === undefined && at === undefined) return;
    event.preventDefault();
    const next = at ?? (NAMES.indexOf(view) + by + NAMES.length) % NAMES.length;
    open(NAMES[next]);
    document.getElementById(`tab-${NAMES[next]}`).focus();
  };
  return html`
    <div role="tablist" aria-label=${t('tabs')} class="tabs" onkeydown=${key}>
      ${NAMES.map((name) => html`
        <button type="button" role="tab" id=${`tab-${name}`} aria-selected=${name === view}
          aria-controls=${`panel-${name}`} tabindex=${name === view ? 0 : -1}
          onclick=${() => open(name)}>${t(`tab.${name}`)}</button>`)}
    </div>`;
};

export const Page = () => {
  const project = useProject();
  const [view, setView] = useState('align');
  const [opened, setOpened] = useState(new Set(['align']));
  const [dialog, setDialog] = useState('');
  const [, setWords] = useState(0); // a language was loaded
  const pickers = useRef({});
  const {videos, choices, choose} = project;
  const ready = useMemo(() => (videos ?? []).filter((video) => video.state === 'ready'), [videos]);

  const open = (name) => {
    setView(name);
    setOpened(new Set([...opened, name]));
  };
  const isNew = Boolean(videos) && project.hasChoices && !choices.tour_done;
  useEffect(() => { if (isNew) setDialog('tour'); }, [isNew]);
  useKeys(true, (event) => event.key === '?' && (setDialog('help'), true));

  const app = {
    ...project, ready, view, open, pickers: pickers.current,
    pick: (name) => pickers.current[view]?.(name),
    showTour: () => setDialog('tour'), showHelp: () => setDialog('help'),
    redraw: () => setWords((count) => count + 1),
  };
  const problem = project.connected
    ? project.problem && lineOf(project.problem, t) : t('error.gone');
  const close = () => { setDialog(''); choose({tour_done: true}); };
  return html`
    <${App.Provider} value=${app}>
      <a class="skip" href="#work">${t('skip')}</a>
      <${Header} />
      <div role="alert" class=${problem ? 'gone' : 'empty'}>${problem}</div>
      <div class="columns">
        <${Library} />
        <main id="work" tabindex="-1">
          <${Tabs} view=${view} open=${open} />
          ${NAMES.map((name) => html`
            <section role="tabpanel" id=${`panel-${name}`} aria-labelledby=${`tab-${name}`}
              hidden=${name !== view} key=${name}>
              ${opened.has(name) && html`<${VIEWS[name]} isActive=${name === view} />`}
            </section>`)}
        </main>
      </div>
      ${dialog === 'tour' && html`<${Tour} onclose=${close} />`}
      ${dialog === 'help' && html`<${Help} onclose=${() => setDialog('')} />`}
    <//>`;
};
