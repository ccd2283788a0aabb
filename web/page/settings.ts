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
    seconds: secondsIn(words.get('seconds')) ?? usual.seconds,
    streams: streamsIn(words.get('streams')) ?? usual.streams,
  };
}

/** The token is in no link. */
export function hashOf({ course, seconds, streams }: Settings): string {
  return `#direction=${course}&seconds=${seconds}&streams=${streams}`;
}

/** Of each test; undefined for what is no such number. */
export function secondsIn(text: string | null): number | undefined {
  return whole(text, 1, 300);
}

/** As `secondsIn`. */
export function streamsIn(text: string | null): number | undefined {
  return whole(text, 1, 4);
}

export function whole(text: string | null, least: number, most: number): number | undefined {
  const value = Number(text ?? Number.NaN);
  return text !== null && text !== '' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}
