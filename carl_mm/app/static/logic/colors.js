// Colours of phases by their order, as in the pictures of the tools (Okabe and Ito;
// past eight the palette repeats, ever paler).

const BASE = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7',
  '#000000'];
const FADE = 0.55;

export const colorOf = (index) => {
  if (index < 0) return 'var(--unlabelled)';
  const base = BASE[index % BASE.length];
  const share = Math.round(100 * FADE ** Math.floor(index / BASE.length));
  return share === 100 ? base : `color-mix(in srgb, ${base} ${share}%, white)`;
};

export const partsOf = (rows, names, confidence = null) => rows.map(([first, last, phase], i) => (
  {first, last, label: phase, color: colorOf(names.indexOf(phase)),
    faint: confidence ? confidence[i] < 0.5 : false}));
