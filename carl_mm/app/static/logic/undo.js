// Edits that can be taken back: each is a list of {video, before, after}, rows all.

export class History {
  constructor(limit = 500) {
    this.limit = limit;
    this.past = [];
    this.future = [];
  }

  get canUndo() { return this.past.length > 0; }

  get canRedo() { return this.future.length > 0; }

  push(edits) {
    if (!edits.length) return;
    this.past = [...this.past, edits].slice(-this.limit);
    this.future = [];
  }

  // Both return what to write, as {video, rows}.
  undo() {
    if (!this.canUndo) return [];
    const edits = this.past.pop();
    this.future.push(edits);
    return edits.map(({video, before}) => ({video, rows: before}));
  }

  redo() {
    if (!this.canRedo) return [];
    const edits = this.future.pop();
    this.past.push(edits);
    return edits.map(({video, after}) => ({video, rows: after}));
  }
}

// What differs between the painted rows of two states of all labels.
export const differences = (before, after) => {
  const painted = (videos, name) =>
    (videos[name]?.origin === 'painted' ? videos[name].rows : []);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].map((video) => (
    {video, before: painted(before, video), after: painted(after, video)}
  )).filter((edit) => JSON.stringify(edit.before) !== JSON.stringify(edit.after));
};
