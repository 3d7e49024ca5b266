// The table that tools/timeline.py writes as times.csv.

const cell = (value) => (Number.isFinite(value) ? value.toFixed(6) : '');
const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// `times` are each video's, of its frames, in seconds.
export const timesTable = (found, times) => {
  const names = found.videos.map(({name}) => quoted(name));
  const rows = found.clock.map((clock, index) => [
    clock, found.pace_spread[index], found.uncertainty[index],
    ...found.videos.map((video, at) => times[at][video.frame_inds[index]]),
  ].map((value) => cell(value ?? NaN)).join(','));
  return [['clock_s', 'pace_spread_log2', 'uncertainty_s', ...names].join(','), ...rows, '']
    .join('\r\n');
};
