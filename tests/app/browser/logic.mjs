// Run by test_logic.py: prints nothing and ends with 0 if all holds.
import assert from 'node:assert/strict';
import {pathToFileURL} from 'node:url';

const [, , folder] = process.argv;
const load = (name) => import(pathToFileURL(`${folder}/${name}`));
const {paint, edges, limits, moveEdge, phaseAt, doubtOf} = await load('logic/rows.js');
const {History, differences} = await load('logic/undo.js');
const crop = await load('logic/crop.js');
const {timesTable} = await load('logic/times_table.js');
const {LabelStore} = await load('logic/label_store.js');

const slow = (rows, total) => {
  const frames = new Array(total).fill(null);
  for (const [first, last, phase] of rows) frames.fill(phase, first, last + 1);
  return frames;
};
let seed = 1;
const random = (below) => {
  seed = (seed * 48271) % 2147483647;
  return seed % below;
};

// Painting is what filling an array by frames is, and rows stay in order and merged.
let rows = [];
let frames = new Array(30).fill(null);
for (let round = 0; round < 500; round += 1) {
  const [a, b] = [random(30), random(30)];
  const phase = [null, 'x', 'y', 'z'][random(4)];
  rows = paint(rows, a, b, phase);
  frames.fill(phase, Math.min(a, b), Math.max(a, b) + 1);
  assert.deepEqual(slow(rows, 30), frames);
  for (let i = 1; i < rows.length; i += 1) {
    assert(rows[i][0] > rows[i - 1][1]);
    assert(rows[i][0] > rows[i - 1][1] + 1 || rows[i][2] !== rows[i - 1][2]);
  }
  // Every change of the frames is an edge, and no edge can make a row vanish.
  const found = edges(rows, 30);
  const changes = frames.map((phase, i) => i).filter((i) => i && frames[i] !== frames[i - 1]);
  assert.deepEqual(found.map(({at}) => at), changes);
  for (const edge of found) {
    for (const at of [-5, random(30), 40]) {
      const moved = moveEdge(rows, 30, edge, at);
      const [low, high] = limits(rows, 30, edge);
      assert(low <= edge.at && edge.at <= high);
      assert(moved.every(([first, last]) => 0 <= first && first <= last && last < 30));
      assert.deepEqual(new Set(moved.map((row) => row[2])), new Set(rows.map((row) => row[2])));
    }
  }
}
assert.deepEqual(moveEdge([[0, 4, 'x'], [5, 9, 'y']], 10, {at: 5, left: 0, right: 1}, 7),
  [[0, 6, 'x'], [7, 9, 'y']]);
assert.equal(phaseAt([[2, 4, 'x']], 4), 'x');
assert.equal(phaseAt([[2, 4, 'x']], 5), null);
assert.equal(doubtOf({rows: [[0, 0, 'x'], [1, 3, 'y']], confidence: [1, 0.5]}), 0.375);
assert.equal(doubtOf({rows: [], confidence: []}), 0);

// Undo goes back through all edits, and a new edit ends what can be redone.
const history = new History(3);
for (let i = 0; i < 5; i += 1) history.push([{video: 'v', before: i, after: i + 1}]);
assert.deepEqual(history.undo(), [{video: 'v', rows: 4}]);
assert.deepEqual(history.redo(), [{video: 'v', rows: 5}]);
history.undo();
history.push([{video: 'v', before: 4, after: 9}]);
assert(!history.canRedo);
assert.deepEqual([history.undo(), history.undo(), history.undo(), history.undo()].flat()
  .map((edit) => edit.rows), [4, 3, 2]); // five were more than the limit
const painted = (own) => ({rows: own, origin: 'painted'});
assert.deepEqual(
  differences({a: painted([1]), b: painted([2])},
    {a: painted([1]), c: painted([3]), d: {rows: [4], origin: 'suggested'}}),
  [{video: 'b', before: [2], after: []}, {video: 'c', before: [], after: [3]}]);

// A box: what is under a point stays there as one zooms, and never leaves the picture.
const [stage, size] = [[400, 300], [640, 360]];
for (let round = 0; round < 200; round += 1) {
  let box = crop.zoomed(crop.WHOLE, 1 + random(100) / 20, [random(100) / 99, random(100) / 99]);
  box = crop.moved(box, random(100) / 50 - 1, random(100) / 50 - 1);
  assert(box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= 1 + 1e-9 && box[1] + box[3] <= 1 + 1e-9);
  if (crop.isWhole(box)) continue;
  const middle = crop.placeOf([200, 150], box, stage, size);
  assert(Math.abs(middle[0] - box[0] - box[2] / 2) < 1e-9);
  assert(Math.abs(middle[1] - box[1] - box[3] / 2) < 1e-9);
}
assert.deepEqual(crop.spanned([0.6, 0.2], [0.2, 0.7]), [0.2, 0.2, 0.39999999999999997, 0.49999999999999994]);
assert.deepEqual(crop.zoomed([0.25, 0.25, 0.5, 0.5], 0.01), crop.WHOLE);

// The table is that of tools/timeline.py: empty where a video does not show a moment.
assert.equal(timesTable({clock: [0, 0.5], pace_spread: [0.25, null], uncertainty: [1, 2],
  videos: [{name: 'a,b.mp4', frame_inds: [1, -1]}]}, [[0, 0.04]]),
'clock_s,pace_spread_log2,uncertainty_s,"a,b.mp4"\r\n'
  + '0.000000,0.250000,1.000000,0.040000\r\n0.500000,,2.000000,\r\n');

// Edits are saved one after the other, only the newest rows of a video; the revision
// that an answer gives is the next one's base.
const asked = [];
let answer = () => [200, {revision: asked.length}];
globalThis.fetch = async (path, {method, body}) => {
  const sent = body && JSON.parse(body);
  asked.push([method, path, sent]);
  await null;
  const [status, content] = answer(sent);
  if (status === 0) throw new TypeError('no server');
  return new Response(JSON.stringify(content), {status});
};
let store = new LabelStore(() => {});
store.edit('v', [[0, 1, 'x']]);
store.edit('v', [[0, 2, 'x']]);
store.edit('v', [[0, 3, 'x']]);
assert.equal(store.status, 'saving');
await store.flush();
assert.equal(store.status, 'saved');
assert.deepEqual(asked.map(([, , sent]) => [sent.rows[0][1], sent.revision]), [[1, 0], [3, 1]]);
store.undo();
await store.flush();
assert.deepEqual(asked.at(-1)[2], {video: 'v', rows: [[0, 2, 'x']], revision: 2});

// What could not be saved is said, kept and sent again.
answer = () => [0, null];
store.redo();
await store.flush();
assert.equal(store.status, 'failed');
answer = () => [200, {revision: 7}];
store.retry();
await store.flush();
assert.equal(store.status, 'saved');
assert.deepEqual(asked.at(-1)[2].rows, [[0, 3, 'x']]);

// Another window was first: nothing is written until one chooses.
answer = () => [409, {detail: 'changed', rows: [[5, 6, 'y']], revision: 9}];
store.edit('v', []);
await store.flush();
assert.equal(store.status, 'conflict');
assert.deepEqual(store.conflict,
  {video: 'v', mine: [], theirs: [[5, 6, 'y']], revision: 9});
answer = () => [200, {revision: 10}];
store.resolve(true);
await store.flush();
assert.deepEqual(asked.at(-1)[2], {video: 'v', rows: [], revision: 9});
answer = () => [409, {detail: 'changed', rows: [[1, 2, 'z']], revision: 12}];
store.edit('v', [[0, 0, 'q']]);
await store.flush();
store.resolve(false);
await store.flush();
assert.deepEqual(store.rowsOf('v'), [[1, 2, 'z']]);
assert.equal(store.status, 'saved');

// What the server changes in many videos at once can be taken back.
store = new LabelStore(() => {});
const before = {revision: 1, phases: ['x'], videos: {v: {...painted([[0, 1, 'x']]), revision: 1}}};
const after = {revision: 2, phases: ['y'], videos: {v: {...painted([[0, 1, 'y']]), revision: 2}}};
answer = () => [200, before];
await store.load();
answer = (sent) => [200, sent ? {} : after];
await store.rename('x', 'y');
answer = () => [200, {revision: 3}];
store.undo();
await store.flush();
assert.deepEqual(asked.at(-1)[2], {video: 'v', rows: [[0, 1, 'x']], revision: 2});
