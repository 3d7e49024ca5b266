// Starts the page: language and colours first, then the application.
import {html, render} from './vendor/preact-htm.js';
import {Page} from './page.js';
import {load, t} from './texts.js';
import * as taste from './logic/taste.js';

taste.showTheme();
await load(taste.language());
document.title = t('title');
render(html`<${Page} />`, document.getElementById('app'));
