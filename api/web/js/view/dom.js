// Elements from parts. Strings become text nodes, always: nothing on this page is ever parsed as markup.

const SvgNamespace = 'http://www.w3.org/2000/svg';

/** An element with properties, data, ARIA attributes and listeners, and its children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') element.className = value;
    else if (name === 'data') Object.assign(element.dataset, value);
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== 'string') element[name] = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A name or text of a person inside a sentence: it cannot turn the direction of what stands around it. */
export function bdi(text) { return h('bdi', {}, text); }

export function hidden(text) { return h('span', { class: 'unseen' }, text); }

const shapes = {
  back: 'M15 5l-7 7 7 7',
  plus: 'M12 5v14M5 12h14',
  send: 'M4 12l16-7-6 16-3-7-7-2z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.500M17.500 14.300c2.400.6 4 2.700 4 5.700',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  check: 'M5 13l4.500 4.500L19 8',
  checks: 'M2 13l4.500 4.500L15 9M10.500 16l1.500 1.500L22 8',
  alert: 'M12 8v5M12 16.500h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  pencil: 'M4 20l1-4L16 5l3 3L8 19l-4 1z',
  chat: 'M4 5h16v11H9l-5 4V5z',
};

/** A line drawing; what it means stands beside it as text. */
export function icon(name) {
  const svg = document.createElementNS(SvgNamespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SvgNamespace, 'path');
  path.setAttribute('d', shapes[name]);
  svg.append(path);
  return svg;
}

/** Makes a text an element's. One that is there already stays, and with it what somebody has selected of it. */
export function put(element, text) { if (element.textContent !== text) element.textContent = text; }

const kept = new WeakMap();

/** Makes a parent's children those of `items`: an element stays while its stamp does, and keeps its place by its key. */
export function reconcile(parent, items, { key, stamp, make }) {
  const known = kept.get(parent) ?? new Map();
  const present = new Map();
  for (const item of items) {
    const name = key(item);
    const mark = stamp(item);
    const node = known.get(name);
    present.set(name, node?.mark === mark ? node : { mark, element: renew(node?.element, make(item)) });
    known.delete(name);
  }
  for (const { element } of known.values()) element.remove();
  let place = parent.firstChild;
  for (const { element } of present.values()) {
    if (element === place) place = place.nextSibling;
    else parent.insertBefore(element, place);
  }
  kept.set(parent, present);
}

function renew(old, element) {
  if (!old?.parentNode) return element;
  const part = old.contains(document.activeElement) ? document.activeElement.dataset.part ?? '' : null;
  old.replaceWith(element);
  if (part !== null) (part ? element.querySelector(`[data-part="${part}"]`) : element)?.focus();
  return element;
}
