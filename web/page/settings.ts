/** The settings of a run, and the link that repeats them. Pure. */
import type { Course, Settings } from '../messages.js';

export const usual: Settings = { course: 'both', seconds: 8, streams: 2 };

const courses: readonly Course[] = ['both', 'down', 'up', 'bidir'];

/** From what follows `#` in a link; what is not good there is as usual. */
export function settingsOf(hash: string): Settings {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const course = courses.find((each) => each === words.get('direction')) ?? usual.course;
  return {
    course,
    seconds: whole(words.get('seconds'), 1, 300) ?? usual.seconds,
    streams: whole(words.get('streams'), 1, 4) ?? usual.streams,
  };
}

/** The token is in no link. */
export function hashOf({ course, seconds, streams }: Settings): string {
  return `#direction=${course}&seconds=${seconds}&streams=${streams}`;
}

export function whole(text: string | null, least: number, most: number): number | undefined {
  const value = Number(text ?? Number.NaN);
  return text !== null && text !== '' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}
