/** What a test costs this process: processor time, and how busy its event loop was. */
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { Usage, UsageMeter } from '../measure/usage.js';

export class ProcessUsage implements UsageMeter {
  readonly #cpu = process.cpuUsage();
  readonly #loop: EventLoopUtilization = performance.eventLoopUtilization();
  readonly #startMs = performance.now();

  /** Use since this meter was made. */
  read(): Usage {
    const wallUs = Math.max(1, (performance.now() - this.#startMs) * 1000);
    const { user, system } = process.cpuUsage(this.#cpu);
    const percent = (us: number) => (100 * us) / wallUs;
    const busy = performance.eventLoopUtilization(this.#loop).utilization;
    return {
      cpu: { total: percent(user + system), user: percent(user), system: percent(system) },
      busy: Math.min(1, Math.max(0, busy)),
    };
  }
}
