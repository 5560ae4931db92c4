// Elements from data. Text goes in as text nodes only, and styling by class and attribute only, as the page's content
// security policy demands.

export type Child = Node | string | false | undefined;

export interface Properties {
  class?: string;
  text?: string | undefined;
  data?: Record<string, string | undefined>;
  on?: { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };
  /** Attributes: `true` is present without a value, `false` and `undefined` are absent. */
  [attribute: string]: unknown;
}

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  const { class: names, text, data, on, ...attributes } = properties;
  if (names) element.className = names;
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(data ?? {})) if (value !== undefined) element.dataset[name] = value;
  for (const [name, listener] of Object.entries(on ?? {})) element.addEventListener(name, listener as EventListener);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Record<string, unknown> = {}, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element: Element, attributes: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
}

/** Text that may also break after an underscore, as long names must on small screens. */
export function breakable(text: string): Child[] {
  return text.split(/(?<=_)/).flatMap((part, at) => (at ? [h("wbr"), part] : [part]));
}

/** The element with this id, which index.html contains. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element "${id}"`);
  return element;
}
