/** A laboratory with a wperf server in it, and its client's measurements. */
import { onTestFinished } from 'vitest';
import { addresses, type Lab, type LabPlan, makeLab } from '../support/netlab.js';
import { measureWithWperf, startWperfServer } from '../support/wperf.js';

export async function labWithServer(
  plan: LabPlan,
  args: readonly string[] = [],
): Promise<{ lab: Lab; measure: typeof measureWithWperf }> {
  const lab = await makeLab(onTestFinished, plan);
  const place = { host: addresses.server, within: lab.within('server') };
  const { port } = await startWperfServer(onTestFinished, args, place);
  const measure: typeof measureWithWperf = (more) =>
    measureWithWperf(['-c', `${addresses.server}:${port}`, ...more], {
      within: lab.within('client'),
      timeoutSeconds: 60,
    });
  return { lab, measure };
}
