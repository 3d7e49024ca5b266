// Shown while the example videos are made: how many there are. Then the page opens.
import {load, t} from './texts.js';
import * as taste from './logic/taste.js';

const ASK_MS = 1000;
const show = (place, words) => { document.querySelector(place).textContent = words; };

const look = async () => {
  let known;
  try {
    known = await (await fetch('api/making')).json();
  } catch {
    show('[role=status]', t('error.gone'));
    setTimeout(look, ASK_MS);
    return;
  }
  const {is_open: isOpen, error, done, total} = known;
  if (isOpen) {
    location.reload();
    return;
  }
  show('[role=status]', error || t('example.making', {done, total}));
  if (!error) setTimeout(look, ASK_MS);
};

taste.showTheme();
await load(taste.language());
document.title = t('example.title');
show('h1', t('example.title'));
show('a', t('example.back'));
look();
