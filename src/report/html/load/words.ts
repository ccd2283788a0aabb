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

/** What was run, from where to where, through what. */
export function facts(document: TestDocument): Fact[] {
  const { start } = document;
  const { test_start: test, proxy, connected, rtt_ms: rtt } = start;
  const [first] = connected;
  return [
    ...(test ? testFacts(document, test) : []),
    ...(first
      ? [
          ['From', endpointText({ host: first.local_host, port: first.local_port })] as const,
          ['To', toText(document, endpointText({ host: first.remote_host, port: first.remote_port }))] as const,
        ]
      : []),
    ...(connected.length > 1 ? [['Connections', String(connected.length)] as const] : []),
    ['Proxy', proxy ?? start.accepted_connection?.by_proxy ?? 'none'],
    ...(start.transport === undefined ? [] : [['Transport', transportText(document)] as const]),
    ...(rtt ? [['Round trip before the test', rttText(rtt)] as const] : []),
    ...(start.longest_datagram ? [['Longest datagram', datagramText(start.longest_datagram)] as const] : []),
    ...(start.simulation ? [['Simulated', simulationText(start.simulation.configured)] as const] : []),
    ...(start.cookie === undefined ? [] : [['Session', start.cookie] as const]),
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

function lengthText({ duration, bytes }: TestFacts): string {
  const parts = [...(duration > 0 ? [textOf(seconds(duration))] : []), ...(bytes > 0 ? [`${bytes} B`] : [])];
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

export function simulationText(asked: NonNullable<TestDocument['start']['simulation']>['configured']): string {
  const { latency_ms: latency, jitter_ms: jitter, loss_percent: loss, mtu, seed } = asked;
  const parts = [
    ...(latency === undefined ? [] : [`latency ${latency} ms`]),
    ...(jitter === undefined ? [] : [`jitter ${jitter} ms`]),
    ...(loss === undefined ? [] : [`loss ${loss} %`]),
    ...(mtu === undefined ? [] : [`MTU ${mtu} B`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
  return parts.join(', ');
}
