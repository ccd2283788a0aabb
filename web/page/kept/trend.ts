/** Recent results as two small lines. */
import { linePath } from '../chart/geometry.js';
import { svg } from '../chart/svg.js';
import type { Kept } from './recent.js';

export function drawTrend(box: HTMLElement, kept: readonly Kept[]): void {
  const { clientWidth: width, clientHeight: height } = box;
  const most = Math.max(1, ...kept.flatMap(({ down, up }) => [down ?? 0, up ?? 0]));
  box.hidden = kept.length < 2;
  box.setAttribute('aria-label', `Download and upload of the last ${kept.length} results`);
  if (kept.length < 2 || width === 0) return;
  const lines = (['down', 'up'] as const).map((direction) => {
    const points = kept.flatMap((each, i) => {
      const value = each[direction];
      if (value === null) return [];
      return [[4 + (i / (kept.length - 1)) * (width - 8), height - 4 - (value / most) * (height - 8)] as const];
    });
    return svg('path', { class: `line ${direction}`, d: linePath(points) });
  });
  const whole = svg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  whole.append(...lines);
  box.replaceChildren(whole);
}
