// What the server keeps of a project, as it changes.
import {get, put} from '../api.js';
import {Events} from '../events.js';
import {LabelStore} from './label_store.js';
import {useEffect, useRef, useRedraw, useState} from './hooks.js';

const WRITE_MS = 400;
const LIST_MS = 1000; // between two lists: each clip that is read changes it

// Choices are shown at once and written a little later, so that a drag is one request.
class Choices {
  constructor(onchange) {
    Object.assign(this, {values: {}, unwritten: {}, loaded: false, onchange, timer: 0});
  }

  load(known) {
    this.values = {...known, ...this.unwritten};
    this.loaded = true;
    this.onchange();
  }

  set(values) {
    Object.assign(this.unwritten, values);
    this.values = {...this.values, ...values};
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), WRITE_MS);
    this.onchange();
  }

  async write() {
    const values = this.unwritten;
    this.unwritten = {};
    await put('choices', values).catch(() => {
      this.unwritten = {...values, ...this.unwritten}; // with the next change
    });
  }
}

export const useProject = () => {
  const redraw = useRedraw();
  const [state, setState] = useState(null);
  const [connected, setConnected] = useState(true);
  const [videos, setVideos] = useState(null);
  const [problem, setProblem] = useState(null);
  const kept = useRef(null);
  const listed = useRef(-LIST_MS);
  kept.current ??= {labels: new LabelStore(redraw), choices: new Choices(redraw)};
  const {labels, choices} = kept.current;

  useEffect(() => {
    const events = new Events(setState, (isThere) => {
      setConnected(isThere);
      if (isThere && labels.problem) labels.retry();
    });
    const warn = (event) => {
      if (labels.status !== 'saved') event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => { events.close(); removeEventListener('beforeunload', warn); };
  }, []);

  const isKnown = Boolean(state);
  useEffect(() => {
    if (isKnown) choices.load(state.choices);
  }, [isKnown]);

  const revision = state?.videos.revision;
  useEffect(() => {
    if (revision === undefined) return undefined;
    const timer = setTimeout(() => {
      listed.current = performance.now();
      get('videos').then((found) => { setVideos(found.videos); setProblem(null); }, setProblem);
    }, Math.max(0, listed.current + LIST_MS - performance.now()));
    return () => clearTimeout(timer);
  }, [revision]);

  const labelled = state?.labels_revision;
  useEffect(() => {
    if (labelled === undefined || labelled === labels.revision) return;
    labels.load().catch(setProblem);
  }, [labelled]);

  return {state, connected, videos, labels, problem, choices: choices.values,
    hasChoices: choices.loaded,
    choose: (values) => choices.set(values)};
};
