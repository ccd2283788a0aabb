/** Elements of the page. Text is set as text: no figure or word of a peer is ever read as markup. */

export const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

export function rowOf(cells: readonly string[]): HTMLTableRowElement {
  const row = document.createElement('tr');
  for (const text of cells) row.insertCell().textContent = text;
  return row;
}

export function part(name: string, kind: string, ...content: readonly (string | Node)[]): HTMLElement {
  const element = document.createElement(name);
  element.className = kind;
  element.append(...content);
  return element;
}
