// Words by their keys, from texts/LANGUAGE.json. A translator adds a file there and a
// line to texts/index.json.

const read = async (name) =>
  (await fetch(new URL(`./texts/${name}.json`, import.meta.url))).json();

let table = {};
let fallback = {};
let rules = new Intl.PluralRules('en');
let formats = {};

export const state = {language: 'en', languages: {en: 'English'}};

// Chooses a language: the wanted one if it is there, else English.
export const load = async (wanted) => {
  state.languages = await read('index');
  const short = wanted.slice(0, 2).toLowerCase();
  state.language = short in state.languages ? short : 'en';
  [table, fallback] = await Promise.all([read(state.language), read('en')]);
  rules = new Intl.PluralRules(state.language);
  formats = {};
  document.documentElement.lang = state.language;
};

export const number = (value, digits = 0) => {
  formats[digits] ??= new Intl.NumberFormat(state.language, {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
  return formats[digits].format(value);
};

// Returns the words of a key, with {placeholders} filled in; of several forms the one
// for `n`.
export const t = (key, values = {}) => {
  let words = table[key] ?? fallback[key] ?? key;
  if (typeof words === 'object') words = words[rules.select(values.n)] ?? words.other;
  return words.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === 'number' && Number.isInteger(value) ? number(value) : value;
  });
};

export const seconds = (value, digits = 2) => t('unit.seconds', {s: number(value, digits)});

// A length of time as people say it.
export const duration = (value) => {
  if (value < 60) return seconds(value, value < 10 ? 1 : 0);
  const whole = Math.round(value);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours) return t('unit.hours', {h: hours, min: minutes});
  return t('unit.minutes', {min: minutes, s: whole % 60});
};

// A moment as people write it; what is no moment stays as it is.
export const moment = (text) => {
  const date = new Date(text.replace(' ', 'T'));
  if (!text || Number.isNaN(date.getTime())) return text;
  return new Intl.DateTimeFormat(state.language, {dateStyle: 'medium', timeStyle: 'short'})
    .format(date);
};
