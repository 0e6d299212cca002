// Words, times and decisions for what the server tells of jobs. Pure.

import { isolate } from '../js/view/format.js';

/** What the list can be narrowed to. The server takes all of them but the first, which stands for none. */
export const states = ['all', 'waiting', 'running', 'dead', 'done', 'cancelled'];

const dayAndTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });
const withYear = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
const timeAlone = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const whole = new Intl.NumberFormat();

const GlimpseCharsMax = 160;
const Minute = 60;
const Hour = 60 * Minute;
const Day = 24 * Hour;

/** A duration as a person says it: its largest unit, and beyond an hour the next smaller one too. */
export function age(seconds) {
  if (seconds < 1) return 'under 1 s';
  if (seconds < Minute) return `${Math.floor(seconds)} s`;
  if (seconds < Hour) return `${Math.floor(seconds / Minute)} min`;
  if (seconds < Day) return two(Math.floor(seconds / Hour), 'h', Math.floor((seconds % Hour) / Minute), 'min');
  return two(Math.floor(seconds / Day), 'd', Math.floor((seconds % Day) / Hour), 'h');
}

/** How long the oldest due job of a queue has waited; a dash where none is due. */
export function oldest({ due, oldestSeconds }) { return due > 0 ? age(oldestSeconds) : '–'; }

export function count(number) { return whole.format(number); }

export function attempts(number) { return number === 0 ? 'not begun' : number === 1 ? '1 attempt' : `${count(number)} attempts`; }

/** A time here, to the second; with its year when that is not the present one. */
export function local(at, now) {
  const time = new Date(at);
  return (time.getFullYear() === new Date(now).getFullYear() ? dayAndTime : withYear).format(time);
}

export function clock(at) { return timeAlone.format(new Date(at)); }

/** The same time in UTC, as logs have it. */
export function utc(at) { return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`; }

/** Which of its times tells most of a job, and what happens or happened then. */
export function moment({ state, runAt, startedAt, endedAt }) {
  if (state === 'waiting') return ['due', runAt];
  return state === 'running' ? ['began', startedAt ?? runAt] : ['ended', endedAt ?? runAt];
}

/** What a job is, in a word: one that was told to stop runs until it does. */
export function stateOf({ state, cancelling }) { return cancelling ? 'stopping' : state; }

export function canRun({ state }) { return state === 'waiting' || state === 'dead' || state === 'cancelled'; }

export function canCancel({ state, cron, cancelling }) { return !cron && !cancelling && (state === 'waiting' || state === 'running' || state === 'dead'); }

/** A job in the words of a sentence. Its key may turn the direction of what stands around it, so it is isolated. */
export function nameOf({ kind, key }) { return key ? `${kind} ${isolate(key)}` : kind; }

/** The beginning of an error in one line. */
export function glimpse(error) {
  const line = (error ?? '').trim().split('\n', 1)[0].trim();
  return line.length > GlimpseCharsMax ? `${line.slice(0, GlimpseCharsMax)}…` : line;
}

/** What an operator who has chosen nothing wants to see: the dead, if there are any. */
export function firstState(queues) { return queues.some(({ dead }) => dead > 0) ? 'dead' : 'all'; }

/** What the list is called, and what stands there when it is empty. */
export function titleOf(state) { return `${state[0].toUpperCase()}${state.slice(1)} jobs`; }

export function emptiness(state, queue) {
  const where = queue ? ` in the queue ${queue}` : '';
  return state === 'all' ? `There are no jobs${where}.` : `No job${where} is ${state}.`;
}

function two(large, largeUnit, small, smallUnit) { return small > 0 ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`; }
