// The labels as the server keeps them, edited here first: each edit is shown at once
// and said to be saved only when the server has answered.
import {get, post, put} from '../api.js';
import {History, differences} from './undo.js';

const RETRY_MS = 3000;

export class LabelStore {
  constructor(onchange) {
    this.onchange = onchange;
    this.videos = {};
    this.phases = [];
    this.revision = -1;
    this.history = new History();
    this.waiting = new Map(); // video to the rows that are to be saved
    this.saving = false;
    this.problem = null; // an error that kept rows from being saved
    this.conflict = null; // {video, mine, theirs, revision}
  }

  get status() {
    if (this.conflict) return 'conflict';
    if (this.problem) return 'failed';
    return this.saving || this.waiting.size ? 'saving' : 'saved';
  }

  rowsOf(video) { return this.videos[video]?.rows ?? []; }

  async load() {
    const found = await get('labels');
    const kept = [...this.waiting].map(([video]) => [video, this.videos[video]]);
    // What is not saved yet stays as it is shown, with the revision it was made from:
    // the server then says if somebody else changed it.
    this.videos = {...found.videos, ...Object.fromEntries(kept)};
    this.phases = found.phases;
    this.revision = found.revision;
    this.onchange();
  }

  // An edit of one video by the user.
  edit(video, rows) {
    this.history.push([{video, before: this._painted(video), after: rows}]);
    this._write(video, rows);
  }

  undo() { for (const {video, rows} of this.history.undo()) this._write(video, rows); }

  redo() { for (const {video, rows} of this.history.redo()) this._write(video, rows); }

  // A change of many videos by the server, which can be undone like an edit.
  async change(action) {
    await this.flush();
    const before = this.videos;
    const answer = await action();
    await this.load();
    this.history.push(differences(before, this.videos));
    this.onchange();
    return answer;
  }

  accept(videos = null) { return this.change(() => post('labels/accept', {videos})); }

  rename(old, name) { return this.change(() => post('phases/rename', {old, new: name})); }

  retry() {
    this.problem = null;
    this.flush();
  }

  // Ends a conflict: `mine` writes this window's rows over the other's.
  resolve(mine) {
    const {video, mine: rows, theirs, revision} = this.conflict;
    this.conflict = null;
    this.videos = {...this.videos, [video]: {rows: theirs, origin: 'painted', revision}};
    if (mine) this._write(video, rows);
    else this.flush();
    this.onchange();
  }

  async flush() {
    if (this.saving) return this.saving;
    this.saving = this._save().finally(() => {
      this.saving = false;
      // Edited after the last look at what waits.
      if (this.waiting.size && this.status === 'saving') this.flush();
      this.onchange();
    });
    return this.saving;
  }

  async _save() {
    while (this.waiting.size && !this.conflict && !this.problem) {
      const [video, rows] = this.waiting.entries().next().value;
      try {
        const base = this.videos[video].revision ?? 0;
        const {revision} = await put('labels', {video, rows, revision: base});
        this.videos[video].revision = revision;
        if (this.waiting.get(video) === rows) this.waiting.delete(video);
      } catch (error) {
        if (error.status === 409) this._oppose(video, error.content);
        else this._fail(error);
      }
      this.onchange();
    }
  }

  // A server that was not reached is tried again: its stream may not have noticed.
  _fail(error) {
    this.problem = error;
    if (error.status === 0) setTimeout(() => this.problem === error && this.retry(), RETRY_MS);
  }

  _oppose(video, content) {
    const mine = this.waiting.get(video); // perhaps edited since it was sent
    this.waiting.delete(video);
    this.conflict = {video, mine, theirs: content.rows, revision: content.revision};
  }

  _painted(video) {
    return this.videos[video]?.origin === 'painted' ? this.rowsOf(video) : [];
  }

  _write(video, rows) {
    const revision = this.videos[video]?.revision ?? 0;
    this.videos = {...this.videos, [video]: {rows, origin: 'painted', revision}};
    for (const [, , phase] of rows) {
      if (!this.phases.includes(phase)) this.phases = [...this.phases, phase];
    }
    this.waiting.set(video, rows);
    this.problem = null;
    this.flush();
    this.onchange();
  }
}
