/** A `--ping` run for people: the original wperf's lines, each as its answer comes. */
import type { PingEndEvent, PingEvent, PingRtt, PingStartEvent, PongEvent } from '../../events/ping.js';
import { endpointText } from '../../net/endpoint.js';
import type { PingReporter, Screen } from '../reporter.js';
import { addressOfName, throughProxy } from './load/describe.js';
import { simulationFindings, simulationLine } from './load/simulation.js';
import { socketLine } from './load/socket.js';
import { messageLine, styleOf } from './style.js';

export class PingTextReporter implements PingReporter {
  readonly #screen: Screen;
  #start: PingStartEvent | undefined;
  /** Pings whose fate is known. */
  #told = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  event(event: PingEvent): void {
    if (event.type === 'ping-start') this.#printStart(event);
    else if (event.type === 'pong') this.#printPong(event);
    else if (event.type === 'ping-end') this.#printEnd(event);
    else {
      if (event.type === 'error' && event.partial) this.#printEnd(event.partial);
      this.#screen.err.write(messageLine(styleOf(this.#screen.color), event));
    }
  }

  #printStart(start: PingStartEvent): void {
    this.#start = start;
    const { host } = start.peer;
    const address = start.proxy === undefined ? addressOfName(host, start.connection.remoteHost) : '';
    if (start.proxy !== undefined) this.#print(throughProxy(start.proxy));
    if (address !== '') this.#print(`Pings to ${endpointText(start.peer)}${address}`);
    if (start.simulation) this.#print(simulationLine(start.simulation));
    if (start.socket) this.#print(socketLine(start.socket));
  }

  #printPong({ seq, rttMs }: PongEvent): void {
    this.#told += 1;
    this.#print(pongLine(this.#start?.peer.host ?? '', seq, rttMs));
  }

  #printEnd({ transmitted, received, lossPercent, rtt, simulation }: PingEndEvent): void {
    this.#print('--- ping statistics ---');
    const out = transmitted > this.#told ? `, ${transmitted - this.#told} still out` : '';
    this.#print(`${transmitted} transmitted, ${received} received, ${Number(lossPercent.toFixed(1))}% loss${out}`);
    if (rtt) this.#print(rttLine(rtt));
    if (simulation) this.#print(simulationFindings(simulation, this.#start?.dialect));
  }

  #print(line: string): void {
    const title = this.#start?.title === undefined ? '' : `${this.#start.title}:  `;
    this.#screen.out.write(`${title}${line}\n`);
  }
}

function rttLine(rtt: PingRtt): string {
  const figures = [rtt.minMs, rtt.avgMs, rtt.maxMs, rtt.mdevMs].map((ms) => ms.toFixed(3));
  return `rtt min/avg/max/mdev = ${figures.join('/')} ms`;
}

function pongLine(host: string, seq: number, rttMs: number | null): string {
  return rttMs === null
    ? `No answer from ${host}: seq=${seq}`
    : `Pong from ${host}: seq=${seq} time=${rttMs.toFixed(3)} ms`;
}
