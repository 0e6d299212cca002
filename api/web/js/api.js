// REST as this page uses it. Whatever the server refuses becomes Refused with its stable code; a server that cannot be
// reached becomes Unreachable. Nothing else is thrown.

const TimeoutMs = 20_000;

export class Refused extends Error {
  constructor({ status, code, detail, retryAfterSeconds }) {
    super(detail ?? 'The server refused this.');
    this.status = status;
    this.code = code ?? 'unknown';
    this.retryAfterSeconds = retryAfterSeconds ?? null;
  }
}

export class Unreachable extends Error {
  constructor() { super('The server cannot be reached. Nothing is lost; try again in a moment.'); }
}

/** One request. The answer's body as an object, or null when there is none. */
export async function request(method, path, { body, token, idempotencyKey, credentials = 'omit' } = {}) {
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  if (idempotencyKey) headers['Idempotency-Key'] = idempotencyKey;
  let response;
  let text;
  try {
    response = await fetch(path, {
      method, headers, credentials, redirect: 'error',
      body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(TimeoutMs),
    });
    text = await response.text();
  } catch {
    throw new Unreachable();
  }
  const answer = parse(text);
  if (response.ok) return answer;
  throw new Refused({ status: response.status, ...answer });
}

/** Requests on behalf of one session; a refused token is refreshed once. */
export class Api {
  #session;

  constructor(session) { this.#session = session; }

  async #signed(method, path, options = {}) {
    const token = await this.#session.token();
    try {
      return await request(method, path, { ...options, token });
    } catch (e) {
      if (!(e instanceof Refused) || e.status !== 401) throw e;
      return await request(method, path, { ...options, token: await this.#session.token(token) });
    }
  }

  inbox(after, limit) { return this.#signed('GET', `/v1/conversations?${query({ after, limit })}`); }

  conversation(id) { return this.#signed('GET', `/v1/conversations/${id}`); }

  history(id, { before, after, limit }) { return this.#signed('GET', `/v1/conversations/${id}/messages?${query({ before, after, limit })}`); }

  start(kind, title, members, idempotencyKey) {
    const body = title === null ? { kind, members } : { kind, title, members };
    return this.#signed('POST', '/v1/conversations', { body, idempotencyKey });
  }

  changeGroup(id, change) { return this.#signed('PATCH', `/v1/conversations/${id}`, { body: change }); }

  setRole(id, user, role) { return this.#signed('PATCH', `/v1/conversations/${id}/members/${user}`, { body: { role } }); }

  invite(id, users) { return this.#signed('POST', `/v1/conversations/${id}/members`, { body: { users } }); }

  remove(id, user) { return this.#signed('DELETE', `/v1/conversations/${id}/members/${user}`); }

  invitations() { return this.#signed('GET', '/v1/invitations'); }

  accept(conversation) { return this.#signed('POST', `/v1/invitations/${conversation}/accept`); }

  decline(conversation) { return this.#signed('DELETE', `/v1/invitations/${conversation}`); }

  invited(id) { return this.#signed('GET', `/v1/conversations/${id}/invitations`); }

  withdraw(id, user) { return this.#signed('DELETE', `/v1/conversations/${id}/invitations/${user}`); }

  joining() { return this.#signed('GET', '/v1/me/joining'); }

  chooseJoining(joining) { return this.#signed('PUT', '/v1/me/joining', { body: { joining } }); }

  edit(id, seq, text) { return this.#signed('PATCH', `/v1/conversations/${id}/messages/${seq}`, { body: { text } }); }

  erase(id, seq) { return this.#signed('DELETE', `/v1/conversations/${id}/messages/${seq}`); }

  rights() { return this.#signed('GET', '/v1/me/rights'); }

  jobQueues() { return this.#signed('GET', '/v1/admin/jobs/queues'); }

  jobs({ state, queue, after, before, limit }) { return this.#signed('GET', `/v1/admin/jobs?${query({ state, queue, after, before, limit })}`); }

  runJob(id) { return this.#signed('POST', `/v1/admin/jobs/${id}/run`); }

  cancelJob(id) { return this.#signed('DELETE', `/v1/admin/jobs/${id}`); }

  /** The answer leaves a cookie in this browser, which opens the dashboard and nothing else. */
  openDashboard() { return this.#signed('POST', '/v1/admin/dashboard', { credentials: 'same-origin' }); }

  person(id) { return request('GET', `/v1/users/${id}`); }

  personByHandle(handle) { return request('GET', `/v1/users/by-handle/${encodeURIComponent(handle)}`); }
}

function query(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
