// Rows [first, last, phase] of a video, ordered, without overlap; last is included.

const merged = (rows) => {
  const found = [];
  for (const [first, last, phase] of [...rows].sort((a, b) => a[0] - b[0])) {
    const before = found.at(-1);
    if (before && before[2] === phase && before[1] + 1 >= first) {
      before[1] = Math.max(before[1], last);
    } else {
      found.push([first, last, phase]);
    }
  }
  return found;
};

// Gives frames a phase; null takes theirs away.
export const paint = (rows, first, last, phase) => {
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  const kept = rows.flatMap(([start, end, name]) => [
    [start, Math.min(end, low - 1), name], [Math.max(start, high + 1), end, name],
  ].filter(([from, to]) => from <= to));
  return merged(phase === null ? kept : [...kept, [low, high, phase]]);
};

// Places between phases: `at` is the first frame after the edge; `left` and `right` are
// the rows that it ends and starts, -1 where there is none.
export const edges = (rows, total) => {
  const found = [];
  rows.forEach(([first, last], index) => {
    const touches = index > 0 && rows[index - 1][1] + 1 === first;
    if (touches) found.push({at: first, left: index - 1, right: index});
    else if (first > 0) found.push({at: first, left: -1, right: index});
    const next = rows[index + 1];
    if ((!next || next[0] > last + 1) && last + 1 < total) {
      found.push({at: last + 1, left: index, right: -1});
    }
  });
  return found;
};

// Where an edge may be put so that no row vanishes or overlaps another.
export const limits = (rows, total, {left, right}) => {
  const low = left >= 0 ? rows[left][0] + 1 : (rows[right - 1]?.[1] ?? -1) + 1;
  const high = right >= 0 ? rows[right][1] : (rows[left + 1]?.[0] ?? total);
  return [low, high];
};

export const moveEdge = (rows, total, edge, at) => {
  const [low, high] = limits(rows, total, edge);
  const place = Math.max(low, Math.min(high, at));
  const moved = rows.map((row) => [...row]);
  if (edge.left >= 0) moved[edge.left][1] = place - 1;
  if (edge.right >= 0) moved[edge.right][0] = place;
  return merged(moved);
};

export const phaseAt = (rows, frame) =>
  rows.find(([first, last]) => first <= frame && frame <= last)?.[2] ?? null;

export const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Mean confidence of suggested rows, by their frames, taken from 1.
export const doubtOf = ({rows, confidence}) => {
  if (!confidence || !rows.length) return 0;
  const lengths = rows.map(([first, last]) => last - first + 1);
  const sum = lengths.reduce((total, length, i) => total + length * confidence[i], 0);
  return 1 - sum / lengths.reduce((total, length) => total + length, 0);
};
