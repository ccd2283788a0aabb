/**
 * Chance that repeats itself: Chris Doty-Humphrey's sfc32 (of PractRand), seeded by a text that is hashed with FNV-1a.
 * Good for simulations, not for secrets. Pure.
 */

/** Numbers from 0 on, below 1; the same text gives the same numbers. */
export function seededRandom(text: string): () => number {
  let [a, b, c, counter] = [fnv1a(`a${text}`), fnv1a(`b${text}`), fnv1a(`c${text}`), 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first numbers still show the seed.
  for (let i = 0; i < 12; i++) next();
  return next;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
