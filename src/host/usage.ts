/** What a test costs this process: processor time, and how busy its event loop was. */
import { performance } from 'node:perf_hooks';
import type { UsageMeter } from '../measure/usage.js';

export function startUsageMeter(): UsageMeter {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  let startLoop: ReturnType<typeof performance.eventLoopUtilization> | undefined;
  return {
    count() {
      startLoop = performance.eventLoopUtilization();
    },
    read() {
      const wallUs = Math.max(1, (performance.now() - startMs) * 1000);
      const { user, system } = process.cpuUsage(startCpu);
      const percent = (us: number) => (100 * us) / wallUs;
      const busy = startLoop === undefined ? 0 : performance.eventLoopUtilization(startLoop).utilization;
      return {
        cpu: { total: percent(user + system), user: percent(user), system: percent(system) },
        busy: Math.min(1, Math.max(0, busy)),
      };
    },
  };
}
