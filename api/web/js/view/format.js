// Words, times and colours for what the model holds. Pure.

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const wholeDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const withYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const DayMs = 86_400_000;

export function clock(at) { return time.format(new Date(at)); }

/** A short time for lists: the hour today, the weekday within a week, else the date. */
export function shortTime(at, now) {
  const age = daysBetween(at, now);
  if (age <= 0) return clock(at);
  if (age === 1) return 'Yesterday';
  return (age < 7 ? weekday : dayAndMonth).format(new Date(at));
}

export function dayName(at, now) {
  const age = daysBetween(at, now);
  if (age <= 0) return 'Today';
  if (age === 1) return 'Yesterday';
  return (age < 300 ? wholeDay : withYear).format(new Date(at));
}

export function sameDay(a, b) { return new Date(a).toDateString() === new Date(b).toDateString(); }

/** The first letter as a person sees it: an emoji or a letter with its marks is one. */
export function initial(name) {
  const [first] = letters.segment(name.trim());
  return first ? first.segment.toLocaleUpperCase() : '?';
}

/** One of eight colours, always the same for the same id. */
export function hue(id) {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  return sum % 8;
}

/** Keeps a text within one line of a list or a title, where it cannot turn what stands around it. */
export function isolate(text) { return `\u2068${text.replaceAll(/[\u2066-\u2069\u202A-\u202E]/g, '')}\u2069`; }

function daysBetween(at, now) {
  const start = (t) => new Date(t).setHours(0, 0, 0, 0);
  return Math.round((start(now) - start(at)) / DayMs);
}
