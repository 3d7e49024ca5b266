// How two videos in step become one mp4.
import {html, useApp, useState} from '../logic/hooks.js';
import {t} from '../texts.js';
import {ExportButton} from './export.js';
import {Speed} from './player.js';

export const CropChoice = ({value, onchange, kinds}) => html`
  <label class="chooser"><span>${t('export.crop')}</span>
    <select value=${value} onchange=${(event) => onchange(event.target.value)}>
      ${kinds.map((kind) => html`<option value=${kind} selected=${kind === value}>
        ${t(`export.crop.${kind}`)}</option>`)}
    </select></label>`;

export const PairExport = ({a, b, disabled}) => {
  const {choices} = useApp();
  const [speed, setSpeed] = useState(1);
  const [crop, setCrop] = useState('none');
  const shown = choices.crops?.[a];
  const kinds = shown ? ['none', 'subject', 'shown'] : ['none', 'subject'];
  const kind = kinds.includes(crop) ? crop : 'none';
  const body = (view) => (
    {kind: 'pair', a, b, view, speed, crop: kind === 'shown' ? shown : kind, labels: true});
  return html`
    <fieldset class="row"><legend>${t('export')}</legend>
      <${CropChoice} value=${kind} onchange=${setCrop} kinds=${kinds} />
      <${Speed} speed=${speed} onchange=${setSpeed} />
      <${ExportButton} label=${t('export.beside')} body=${body('beside')} disabled=${disabled} />
      <${ExportButton} label=${t('export.ghost')} body=${body('ghost')} disabled=${disabled} />
    </fieldset>`;
};
