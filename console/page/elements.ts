/** @throws Error naming the element that the page does not have */
export const byId = (id: string): HTMLElement => byKind(id, HTMLElement);

/** The same for one of a kind. @throws Error naming the element that is not there, or of another kind */
export const byKind = <T extends HTMLElement>(id: string, kind: new () => T): T => {
  const found = document.querySelector(`#${id}`);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id} that is a ${kind.name}`);
  return found;
};

/** What is in an element that we made ourselves. @throws Error naming what is not there */
export const within = (element: Element, selector: string): Element => {
  const found = element.querySelector(selector);
  if (!found) throw new Error(`there is no ${selector} in a ${element.tagName.toLowerCase()}`);
  return found;
};

type Attributes = Readonly<Record<string, string>>;

/** A new element with attributes, and with elements or text in it. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
};

const svgNames = 'http://www.w3.org/2000/svg';

/** A little line over time, with its filled ground; `draw` sets the paths. */
export const makeSpark = (width: number, height: number): SVGSVGElement => {
  const svg = document.createElementNS(svgNames, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('aria-hidden', 'true');
  for (const name of ['area', 'stroke']) {
    const path = document.createElementNS(svgNames, 'path');
    path.setAttribute('class', name);
    svg.append(path);
  }
  return svg;
};

/** Sets both paths of a spark. */
export const drawSpark = (svg: Element, line: string, area: string): void => {
  svg.querySelector('.stroke')?.setAttribute('d', line);
  svg.querySelector('.area')?.setAttribute('d', area);
};

/** Writes only what is new: nothing is laid out again for a text that stays. */
export const write = (element: Element, text: string): void => {
  if (element.textContent !== text) element.textContent = text;
};

/** The same for an attribute; undefined takes it away. */
export const mark = (element: Element, name: string, value: string | undefined): void => {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};

/** Rows that stay where they are while what they show changes: nothing shifts when a new one comes. */
export const createSlots = <T>(body: HTMLElement, makeRow: () => HTMLElement, least: number) => {
  const rows: HTMLElement[] = [];
  const upTo = (length: number): void => {
    while (rows.length < length) {
      const row = makeRow();
      rows.push(row);
      body.append(row);
    }
  };
  upTo(least);
  return {
    rows: rows as readonly HTMLElement[],
    show: (items: readonly T[], fill: (row: HTMLElement, item: T) => void): void => {
      upTo(items.length);
      rows.forEach((row, n) => {
        const item = items[n];
        mark(row, 'data-empty', item === undefined ? '' : undefined);
        if (item !== undefined) fill(row, item);
      });
    },
  };
};
