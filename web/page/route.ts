/** The route from the server to this browser, as its hops are told. */
import type { HopMessage } from '../messages.js';
import { byId, part } from './dom.js';
import { unknown } from './numbers.js';

export class RouteList {
  readonly #button = byId<HTMLButtonElement>('trace');

  onAsked(task: () => void): void {
    this.#button.onclick = () => {
      this.#button.disabled = true;
      byId('hops').replaceChildren();
      byId('route-notes').replaceChildren();
      this.#say('The server traces the route.');
      task();
    };
  }

  hop({ ttl, hosts, rttMs }: HopMessage): void {
    const shown = hosts.length === 0 ? ['no answer'] : hosts.flatMap(lines);
    const rtt = rttMs === null ? unknown : `${rttMs.toFixed(rttMs < 1 ? 3 : 2)} ms`;
    byId('hops').append(
      part('li', '', part('span', 'ttl', `${ttl}.`), ' ', part('div', '', ...shown), ' ', part('span', 'rtt', rtt)),
    );
  }

  note(text: string): void {
    byId('route-notes').append(part('p', '', text));
  }

  end(text: string): void {
    this.#button.disabled = false;
    this.#say(text);
  }

  #say(text: string): void {
    byId('route-end').textContent = text;
  }
}

function lines({ name, where }: HopMessage['hosts'][number]): HTMLElement[] {
  return [part('div', 'host', name), ...(where === '' ? [] : [part('div', 'where', where)])];
}
