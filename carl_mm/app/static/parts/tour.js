// Four steps for those who see the page for the first time.
import {html, useState} from '../logic/hooks.js';
import {t} from '../texts.js';
import {Dialog} from './dialog.js';

const STEPS = 4;

export const Tour = ({onclose}) => {
  const [step, setStep] = useState(1);
  const isLast = step === STEPS;
  return html`
    <${Dialog} title=${t(`tour.${step}.title`)} onclose=${onclose}>
      <p aria-live="polite">${t(`tour.${step}.text`)}</p>
      <p class="quiet">${t('tour.step', {step, steps: STEPS})}</p>
      <div class="row end">
        ${!isLast && html`<button type="button" onclick=${onclose}>${t('tour.skip')}</button>`}
        ${step > 1 && html`
          <button type="button" onclick=${() => setStep(step - 1)}>${t('tour.back')}</button>`}
        <button type="button" class="primary" autofocus
          onclick=${() => (isLast ? onclose() : setStep(step + 1))}>
          ${t(isLast ? 'tour.done' : 'tour.next')}</button>
      </div>
    <//>`;
};
