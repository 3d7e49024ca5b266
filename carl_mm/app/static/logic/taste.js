// What is a person's, not the project's: language and colours, kept in the browser.

const read = (key) => {
  try {
    return localStorage.getItem(`carl-${key}`);
  } catch {
    return null; // storage is switched off
  }
};

const write = (key, value) => {
  try {
    localStorage.setItem(`carl-${key}`, value);
  } catch {
    // As above: it lasts until the page is closed.
  }
};

export const language = () => read('language') ?? navigator.language;

export const setLanguage = (value) => write('language', value);

const prefersDark = () => matchMedia('(prefers-color-scheme: dark)').matches;

export const isDark = () => (read('theme') ?? (prefersDark() ? 'dark' : 'light')) === 'dark';

export const showTheme = () => {
  const chosen = read('theme');
  if (chosen) document.documentElement.dataset.theme = chosen;
};

export const setDark = (dark) => {
  write('theme', dark ? 'dark' : 'light');
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
};
