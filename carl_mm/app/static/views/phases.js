// Phases painted on one video, carried to the others, corrected and exported.
import {download, post, send} from '../api.js';
import {html, playerKeys, useApp, useEffect, useKeys, usePick, usePlayback, useState, useTask}
  from '../logic/hooks.js';
import {usePainter} from '../logic/painter.js';
import {equal, paint} from '../logic/rows.js';
import {t} from '../texts.js';
import {Busy, Problem, TaskButton} from '../parts/message.js';
import {PaintStrip} from '../parts/paint_strip.js';
import {PhaseNames} from '../parts/phase_names.js';
import {PhaseRows} from '../parts/phase_rows.js';
import {Chooser, Player} from '../parts/player.js';
import {SaveState} from '../parts/save_state.js';

const Files = ({labels}) => {
  const [importing, exporting] = [useTask(), useTask()];
  const [remarks, setRemarks] = useState([]);
  const read = async (event) => {
    const [file] = event.target.files;
    event.target.value = '';
    if (!file) return;
    const answer = await importing.run(() => labels.change(
      () => send('POST', 'labels/import', {name: file.name}, file)));
    setRemarks(answer?.remarks ?? []);
  };
  const save = (what) => exporting.run(async () => {
    await labels.flush();
    await download(`api/labels/export?what=${what}&form=csv`,
      what === 'all' ? 'phases.csv' : 'labels.csv');
  });
  return html`
    <fieldset class="row"><legend>${t('phases.files')}</legend>
      <label class="button file">${t('phases.import')}
        <input type="file" accept=".csv,.tsv,.txt,.json,.eaf,.boris,.xml,.TextGrid,.vtt" onchange=${read} /></label>
      <button type="button" onclick=${() => save('painted')}>${t('phases.export')}</button>
      <button type="button" onclick=${() => save('all')}>${t('phases.export_all')}</button>
      <${Busy} busy=${importing.busy || exporting.busy} />
      <${Problem} line=${importing.error || exporting.error} />
      <span role="status">${remarks.join(' ')}</span>
    </fieldset>`;
};

const Carry = ({labels, setCarried}) => {
  const task = useTask();
  const carry = async () => {
    const answer = await task.run(async () => {
      await labels.flush();
      const found = await post('carry');
      await labels.load();
      return found;
    });
    if (answer) setCarried(answer.carried);
  };
  return html`<${TaskButton} task=${task} primary label=${t('phases.carry')} onclick=${carry} />`;
};

const undoKeys = (labels, event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (key === 'z' && !event.shiftKey) labels.undo();
  else if (key === 'y' || (key === 'z' && event.shiftKey)) labels.redo();
  else return false;
  return true;
};

export const Phases = ({isActive}) => {
  const {ready, choices, choose, labels} = useApp();
  const player = usePlayback();
  const [carried, setCarried] = useState(null);
  const names = [...new Set([...(choices.phase_names ?? []), ...labels.phases])];
  const [chosen, setBrush] = useState(undefined);
  const brush = chosen === undefined || (chosen !== null && !names.includes(chosen))
    ? names[0] ?? null : chosen;
  const videos = ready.map(({name}) => name);
  const name = videos.includes(choices.paint) ? choices.paint : videos[0] ?? '';
  const rows = labels.rowsOf(name);
  const commit = (next) => { if (!equal(next, rows)) labels.edit(name, next); };
  const painter = usePainter(player, rows, commit);
  const open = (video) => choose({paint: video});
  const toPlayer = (video) => {
    open(video);
    document.getElementById('panel-phases').scrollIntoView({block: 'start'});
  };
  usePick('phases', open);
  useEffect(() => { if (name) player.show(name); }, [name]);
  useEffect(() => { if (!isActive) player.pause(); }, [isActive]);
  const isUsed = (phase) => Object.values(labels.videos)
    .some((video) => video.rows.some(([, , each]) => each === phase));

  const key = (event) => {
    if (undoKeys(labels, event)) return true;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const phase = /^[1-9]$/.test(event.key) ? names[Number(event.key) - 1] : undefined;
    if (phase === undefined) return playerKeys(player, event);
    if (event.repeat) return true;
    setBrush(phase);
    painter.press(phase);
    return true;
  };
  useKeys(isActive, key);
  useKeys(isActive, (event) => /^[1-9]$/.test(event.key) && (painter.release(), true), 'keyup');

  return html`
    <p class="quiet">${t('phases.words')}</p>
    <${PhaseNames} ...${{names, brush, setBrush, isUsed}}
      setNames=${(next) => choose({phase_names: next})}
      rename=${(old, next) => labels.rename(old, next)} />
    <div class="single">
      <${Player} player=${player} label=${t('phases.video')} header=${html`<figcaption>
        <${Chooser} label=${t('phases.video')} value=${name} onchange=${open} /></figcaption>`}>
        <${PaintStrip} player=${player} rows=${painter.draft ?? rows} names=${names} brush=${brush}
          confidence=${labels.videos[name]?.confidence} commit=${commit} />
        <div class="row">
          <button type="button" disabled=${!player.info}
            onclick=${() => commit(paint(rows, player.frame, player.numFrames - 1, brush))}>
            ${t('phases.to_end', {phase: brush ?? t('phases.nothing')})}</button>
          <span role="status">${painter.phase !== null
            && t('phases.painting', {phase: painter.phase})}</span>
        </div>
      <//>
    </div>
    <${SaveState} labels=${labels} />
    <div class="row"><${Carry} labels=${labels} setCarried=${setCarried} /></div>
    <${PhaseRows} labels=${labels} carried=${carried} names=${names} current=${name}
      onopen=${toPlayer} />
    <${Files} labels=${labels} />`;
};
