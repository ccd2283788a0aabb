import { defineConfig } from 'vitest/config';
import { SkippedReporter } from './test/support/skipped-reporter.js';

/** Tests that compare round trips to a tenth of a millisecond: one file at a time, or they would measure each other. */
const alone = ['test/trace/network.test.ts', 'test/trace/internet.test.ts', 'test/trace/inband.test.ts'];

/** Tests over links of their own, which are slow enough for a few to share a machine, but not with busier tests. */
const links = ['test/netlab/**/*.test.ts', 'test/support/netlab.test.ts'];

/** Most tests wait more than they work. */
const maxWorkers = 3;

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 30_000,
    reporters: ['default', new SkippedReporter(), 'json'],
    outputFile: { json: 'build/test-results.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...links, 'test/support/fixtures/**'],
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'links',
          include: links,
          maxWorkers,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
