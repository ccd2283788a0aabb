/** What `--help` can be asked about. */
export const topics = ['modes', 'client', 'server', 'trace', 'simulation', 'all', 'man'] as const;
export type Topic = (typeof topics)[number];
