// Signs on buttons, drawn in the colour of the text.
import {html} from '../logic/hooks.js';

const PATHS = {
  play: 'M7 4l13 8-13 8z',
  pause: 'M6 4h4v16H6zM14 4h4v16h-4z',
  back: 'M18 5l-9 7 9 7zM5 5h2.5v14H5z',
  forward: 'M6 5l9 7-9 7zM16.500 5H19v14h-2.500z',
  plus: 'M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z',
  minus: 'M5 11h14v2H5z',
  crop: 'M7 2v15h15v2h-3v3h-2v-3H5V7H2V5h3V2zM9 5h10v10h-2V7H9z',
  whole: 'M3 3h7v2H5v5H3zM14 3h7v7h-2V5h-5zM3 14h2v5h5v2H3zM19 14h2v7h-7v-2h5z',
  full: 'M4 4h16v16H4zM6 8v10h12V8z',
  undo: 'M9 5v4c7 0 10 4 11 10-3-4-6-5-11-5v4l-6-6.500z',
  redo: 'M15 5v4C8 9 5 13 4 19c3-4 6-5 11-5v4l6-6.500z',
  dark: 'M13 3a9 9 0 1 0 8 12A8 8 0 0 1 13 3z',
  light: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v4h-2zM11 19h2v4h-2zM1 11h4v2H1zM19 11h4v2h-4z',
  upload: 'M12 3l6 7h-4v7h-4v-7H6zM4 19h16v2H4z',
  close: 'M6 4.600l6 6 6-6L19.400 6l-6 6 6 6-1.400 1.400-6-6-6 6L4.600 18l6-6-6-6z',
};

export const Icon = ({name}) => html`
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} fill="currentColor" /></svg>`;

// A button that shows a sign alone, named for those who do not see it.
export const IconButton = ({icon, label, ...rest}) => html`
  <button type="button" class="icon-button" aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${icon} /></button>`;
