// Shown while the example videos are made: how many there are. Then the page opens.
import {load, t} from './texts.js';
import * as taste from './logic/taste.js';

const ASK_MS = 1000;
const show = (place, words) => { document.querySelector(place).textContent = words; };

const look = async () => {
  let answer;
  try {
    answer = await fetch('api/state');
  } catch {
    show('[role=status]', t('error.gone'));
    setTimeout(look, ASK_MS);
    return;
  }
  if (answer.ok) {
    location.reload();
    return;
  }
  const {detail, failed, done, total} = await answer.json();
  show('[role=status]', failed ? detail : t('example.making', {done, total}));
  if (!failed) setTimeout(look, ASK_MS);
};

taste.showTheme();
await load(taste.language());
document.title = t('example.title');
show('h1', t('example.title'));
show('a', t('example.back'));
look();
