/** A test in words: what it was, between whom, and by what. */
import { endpointText } from '../../../net/endpoint.js';
import type { TestDocument, TestFacts } from '../../document/shape.js';
import { rate, seconds, textOf } from '../figures.js';

export type Fact = readonly [name: string, value: string];

export function headline(document: TestDocument): string {
  const { title, start } = document;
  if (title !== undefined && title !== '') return title;
  if (start.test_start === undefined) return 'A test that did not begin';
  const kind = start.test_start.protocol === 'UDP' ? 'Packets' : 'Throughput';
  return `${kind} ${betweenText(document)}`;
}

/** `up to server.example:8765`. */
function betweenText({ start }: TestDocument): string {
  const isServer = start.role === 'server';
  const { bidir, reverse } = start.test_start ?? {};
  const other = start.connecting_to ?? start.accepted_connection;
  const name = other === undefined ? 'the other end' : endpointText(other);
  if (bidir === 1) return `both ways with ${name}`;
  const down = reverse === 1;
  return isServer ? `${down ? 'down to' : 'up from'} ${name}` : `${down ? 'down from' : 'up to'} ${name}`;
}

/** Those whose value is known. */
export function known(facts: readonly (readonly [name: string, value: string | undefined])[]): Fact[] {
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** What was run, from where to where, through what. */
export function facts(document: TestDocument): Fact[] {
  const { start } = document;
  const { test_start: test, proxy, connected, rtt_ms: rtt, longest_datagram: longest, simulation } = start;
  const [first] = connected;
  return [
    ...(test ? testFacts(document, test) : []),
    ...known([
      ['From', first && endpointText({ host: first.local_host, port: first.local_port })],
      ['To', first && toText(document, endpointText({ host: first.remote_host, port: first.remote_port }))],
      ['Connections', connected.length > 1 ? String(connected.length) : undefined],
      ['Proxy', proxy ?? start.accepted_connection?.by_proxy ?? 'none'],
      ['Transport', start.transport === undefined ? undefined : transportText(document)],
      ['Round trip before the test', rtt && rttText(rtt)],
      ['Longest datagram', longest && datagramText(longest)],
      ['Simulated', simulation && simulationText(simulation.configured)],
      ['Session', start.cookie],
    ]),
  ];
}

function testFacts({ start }: TestDocument, test: TestFacts): Fact[] {
  const { num_streams: streams, blksize, omit, target_bitrate: target } = test;
  const isDatagram = test.protocol === 'UDP';
  const kind = isDatagram ? `${start.packets ?? 'numbered'} packets of ${blksize} B` : `blocks of ${blksize} B`;
  const way = test.bidir === 1 ? 'both ways at once' : test.reverse === 1 ? 'down' : 'up';
  const ceiling = target > 0 ? `, ${isDatagram ? '' : 'at most '}${textOf(rate(target))} a stream` : '';
  return [
    ['Test', `${way}, ${streams} stream${streams === 1 ? '' : 's'}, ${kind}${ceiling}`],
    ['Length', `${lengthText(test)}${omit > 0 ? `, after ${textOf(seconds(omit))} that do not count` : ''}`],
  ];
}

export function lengthText({ duration, bytes }: TestFacts): string {
  const parts = [...(duration > 0 ? [`${Number(duration.toFixed(3))} s`] : []), ...(bytes > 0 ? [`${bytes} B`] : [])];
  return parts.length === 0 ? 'until it was ended' : parts.join(' or ');
}

function toText({ start }: TestDocument, address: string): string {
  const asked = start.connecting_to;
  if (asked === undefined || endpointText(asked) === address) return address;
  return start.proxy === undefined ? `${endpointText(asked)} (${address})` : `${endpointText(asked)} through the proxy`;
}

function transportText({ start }: TestDocument): string {
  return `${start.transport}${start.secure ? ' over TLS' : ''}${start.dialect === undefined ? '' : `, dialect ${start.dialect}`}`;
}

function rttText({ samples, min, avg, max }: { samples: number; min: number; avg: number; max: number }): string {
  return `min ${min.toFixed(3)}, avg ${avg.toFixed(3)}, max ${max.toFixed(3)} ms (${samples})`;
}

function datagramText({ up, down }: { readonly up: number; readonly down: number }): string {
  return `${up} B up, ${down} B down`;
}

export type SimulatedConditions = NonNullable<TestDocument['start']['simulation']>['configured'];

export function simulationText(asked: SimulatedConditions): string {
  const { latency_ms: latency, jitter_ms: jitter, loss_percent: loss, mtu, sndbuf, rcvbuf, seed } = asked;
  const parts = [
    latency !== undefined && `latency ${latency} ms`,
    jitter !== undefined && `jitter ${jitter} ms`,
    loss !== undefined && `loss ${loss} %`,
    mtu !== undefined && `MTU ${mtu} B`,
    sndbuf !== undefined && `send buffer ${sndbuf} B`,
    rcvbuf !== undefined && `receive buffer ${rcvbuf} B`,
    asked.tcp_nodelay === true && 'no delay of small segments',
    seed !== undefined && `seed ${seed}`,
  ].filter(Boolean);
  return parts.join(', ');
}
