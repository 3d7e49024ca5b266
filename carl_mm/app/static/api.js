// Requests to the server. All addresses are relative: the page may lie anywhere.

export class ApiError extends Error {
  constructor(message, status, content) {
    super(message);
    this.status = status;
    this.content = content;
  }
}

export const address = (what, query = {}) => {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(pairs).toString();
  return `api/${what}${text ? `?${text}` : ''}`;
};

export const thumbnailOf = ({name, v}) => address('thumbnail', {video: name, v});

const problem = async (answer) => {
  const text = await answer.text();
  let content = null;
  try {
    content = JSON.parse(text);
  } catch {
    // Not ours: of a proxy, say.
  }
  const line = content?.detail ?? text.slice(0, 300);
  return new ApiError(line || `${answer.status}`, answer.status, content);
};

const ask = async (method, path, body, headers = {}) => {
  let answer;
  try {
    answer = await fetch(path, {method, body, headers});
  } catch {
    throw new ApiError('', 0, null); // the server is gone; `lineOf` says so
  }
  if (!answer.ok) throw await problem(answer);
  return answer;
};

const json = (method) => async (what, content = {}) => {
  const headers = {'Content-Type': 'application/json'};
  return (await ask(method, `api/${what}`, JSON.stringify(content), headers)).json();
};

export const get = async (what, query) => (await ask('GET', address(what, query))).json();
export const post = json('POST');
export const put = json('PUT');

export const send = async (method, what, query, file) =>
  (await ask(method, address(what, query), file)).json();

// What went wrong, in a line that is shown.
export const lineOf = (error, t) =>
  (error instanceof ApiError && error.status === 0 ? t('error.gone') : error.message);

// Lets the browser save what is at an address; without a name by the server's.
export const saveFrom = (path, name = '') => {
  const link = document.createElement('a');
  link.href = path;
  link.download = name;
  link.click();
};

export const saveBlob = (blob, name) => {
  const path = URL.createObjectURL(blob);
  saveFrom(path, name);
  setTimeout(() => URL.revokeObjectURL(path), 10_000);
};

export const download = async (path, name) =>
  saveBlob(await (await ask('GET', path)).blob(), name);

const infos = new Map();

// Times of a video's frames; asked for once.
export const infoOf = (name) => {
  if (!infos.has(name)) {
    const asked = get('info', {video: name});
    asked.catch(() => infos.delete(name));
    infos.set(name, asked);
  }
  return infos.get(name);
};
