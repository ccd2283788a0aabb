import { defineConfig } from 'vitest/config';
import { SkippedReporter } from './test/support/skipped-reporter.js';

/** Tests that shape links or measure rates: one file at a time, and alone, or they would measure each other. */
const alone = [
  'test/netlab/**/*.test.ts',
  'test/support/netlab.test.ts',
  'test/trace/network.test.ts',
  'test/trace/internet.test.ts',
  'test/trace/inband.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', new SkippedReporter(), 'json'],
    outputFile: { json: 'build/test-results.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, 'test/support/fixtures/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
