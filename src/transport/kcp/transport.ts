/** KCP over the datagrams of the server's UDP port: a reliable stream, of which each end tells what it resent. */
import { given } from '../../given.js';
import { systemClock } from '../../host/clock.js';
import type { StatisticColumn } from '../../measure/statistics.js';
import { ByteLink } from '../load/byte-link.js';
import type { GrantedLoad, LoadTransport, LoadWay } from '../load-transport.js';
import { datagramViewOf } from '../socket/datagram-view.js';
import { associate } from '../udp/associate.js';
import { greeting, readGreeting } from '../udp/greeting.js';
import { keepAlive } from '../udp/keep-alive.js';
import { joinReception } from '../udp/reception.js';
import { openDatagramSocket } from '../udp/sockets/open.js';
import type { DatagramSocket } from '../udp/sockets/socket.js';
import { tooLongText } from '../udp/sockets/too-long.js';
import { flawOfSettings, type KcpSettings, kcpSettings } from './settings.js';
import { type DatagramPort, KcpStream } from './stream.js';

const columns: readonly StatisticColumn[] = [
  { key: 'rtt', title: 'RTT', kind: 'level', unit: 'ms' },
  { key: 'retransmits', title: 'Retr', kind: 'count' },
  { key: 'retransmitPercent', title: 'Retr%', kind: 'share', part: 'retransmits', whole: 'segments' },
  { key: 'lostPercent', title: 'Lost%', kind: 'share', part: 'lost', whole: 'segments' },
  { key: 'fastPercent', title: 'Fast%', kind: 'share', part: 'fast', whole: 'segments' },
  { key: 'earlyPercent', title: 'Early%', kind: 'share', part: 'early', whole: 'segments' },
];

export const kcpTransport: LoadTransport = {
  name: 'kcp',
  carries: 'bytes',
  columns,
  flawOf: flawOfSettings,
  connect,
  listen: (place) => {
    const welcome = (socket: DatagramSocket, key: Buffer, bytes: number) => {
      const { settings = {} } = place.granted(key) ?? {};
      place.accept(linkOf(socket, kcpSettings(settings, conversationOf(key)), bytes), key);
    };
    const optionsFor = ({ settings }: GrantedLoad) => ({ maxBytes: kcpSettings(settings, 0).mtu });
    return joinReception({ place, optionsFor, welcome }, systemClock);
  },
};

async function connect(way: LoadWay): Promise<ByteLink> {
  const { host, port, bind, key, settings } = way;
  const { tos, windowBytes, localPort, device } = way.socket;
  const { mtu } = kcpSettings(settings, 0);
  const options = given({ bind, tos, windowBytes, localPort, device });
  const socket = await openDatagramSocket({ host, port, maxBytes: mtu, ...options });
  try {
    const bytes = await associate(socket, way, Math.min(mtu, socket.pathPayloadBytes ?? mtu), systemClock);
    return linkOf(socket, kcpSettings(settings, conversationOf(key)), bytes, keepAlive(socket, systemClock));
  } catch (error) {
    socket.close();
    throw error;
  }
}

function conversationOf(key: Buffer): number {
  return key.readUInt32LE(0);
}

/** No datagram is longer than what came through: for a server, by the last proof. */
function linkOf(socket: DatagramSocket, asked: KcpSettings, passedBytes: number, closed = () => {}): ByteLink {
  const fitting = (bytes: number) => Math.min(asked.mtu, bytes);
  const settings = { ...asked, mtu: fitting(passedBytes) };
  const stream = new KcpStream(
    portOf(socket, (bytes) => stream.fit(fitting(bytes))),
    settings,
    systemClock,
  );
  stream.once('close', closed);
  socket.onError = (error) => {
    const text = error.code === 'EMSGSIZE' ? tooLongText(settings.mtu, socket) : undefined;
    if (error.code === 'ECONNREFUSED') stream.destroy(error);
    else if (text !== undefined) stream.destroy(new Error(text));
  };
  const statistics = () => {
    const { smoothedRttMs: rtt, segmentsSent, resentAtTimeout, resentFast, resentEarly } = stream.statistics();
    const retransmits = resentAtTimeout + resentFast + resentEarly;
    const counts = { segments: segmentsSent, retransmits, lost: resentAtTimeout, fast: resentFast, early: resentEarly };
    return { ...counts, ...given({ rtt }) };
  };
  const info = { ...socket.info, secure: false };
  return new ByteLink(stream, {
    name: 'kcp',
    info,
    kernel: datagramViewOf(socket),
    datagrams: socket,
    columns,
    statistics,
  });
}

/** What finds no room in the system's buffer is lost, as on the way, and sent again. */
function portOf(socket: DatagramSocket, onProof: (bytes: number) => void): DatagramPort {
  const port: DatagramPort = {
    send: (datagram) => void socket.send(datagram),
    onDatagram: () => {},
    close: () => socket.close(),
  };
  socket.onDatagram = (datagram) => {
    const said = readGreeting(datagram);
    if (said?.kind === 'prove') {
      onProof(said.bytes);
      socket.send(greeting('ready', undefined, said.bytes));
    } else if (!said) port.onDatagram(Buffer.from(datagram));
  };
  return port;
}
