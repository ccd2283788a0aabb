/** What may carry load: names of wperf's own, and paths of modules. */

export const protos = ['ws', 'tcp'] as const;

/** A file is told from a name by what no name has. */
export function isModulePath(text: string): boolean {
  return /[/\\]/.test(text) || /\.[cm]?js$/.test(text);
}
