/** A server of the original that stands still tells nothing of it; what the client's kernel knows names it all the same. */
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../support/bundle.js';
import { describeNeeding, systemCalls } from '../../support/needs.js';
import { pause, start } from '../../support/processes.js';
import { wperf } from '../../support/wperf.js';

/** Counts packets as the original does, and says its port. */
const server = `
  import { WebSocketServer } from 'ws';
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false });
  server.on('listening', () => console.log('port ' + (server.address() as { port: number }).port));
  server.on('connection', (ws) => {
    let [received, total] = [0, 0];
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) [received, total] = [received + 1, Math.max(total, Number(data.readBigUInt64BE(0)) + 1)];
      else if (data.toString() === 'EOT_C') {
        const lost_packets = total - received;
        const loss_percent = (100 * lost_packets) / total;
        ws.send(JSON.stringify({ jitter_ms: 0.1, lost_packets, total_packets: total, loss_percent }));
        ws.close(1000);
      }
    });
  });
`;

describeNeeding('packets to a server of the original that is stopped for a while', [systemCalls], () => {
  test('are not taken for lost by the path', async () => {
    const far = await start(onTestFinished, [process.execPath, await bundled(onTestFinished, server)]);
    const [, port = ''] = await far.outputMatching(/port (\d+)/);
    const argv = wperf('-c', `127.0.0.1:${port}`, '-u', '-b', '20M', '-t', '4', '--json-stream');
    const client = await start(onTestFinished, argv);
    await client.outputMatching(/"event":"interval"/);
    far.signal('SIGSTOP');
    await pause(1500);
    far.signal('SIGCONT');
    const { exitCode, stdout } = await client.finished;
    const { warnings, streams } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '').data;
    expect(exitCode).toBe(0);
    expect(streams[0].udp.skipped_packets).toBeGreaterThan(100);
    expect(warnings[0]).toMatch(
      /^Stream 1, up: the server took nothing for [12]\.\d s of what had reached it; the sender skipped \d+ packets\.$/,
    );
  });
});
