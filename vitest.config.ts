import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { SkippedReporter } from './test/support/skipped-reporter.js';

/** Tests that compare times finely, and hardly use the processor: beside each other, and nothing else. */
const routes = ['test/trace/{network,internet,inband}.test.ts'];

/** Tests with a browser, which takes both processors: two at a time look to each other like a proxy that keeps load back. */
const browsers = ['test/web/{page,proxies,result,look}.test.ts', 'test/netlab/page.test.ts'];

/** Tests over links of their own, which are slow enough for a few to share a machine, but not with busier tests. */
const links = ['test/netlab/**/*.test.ts', 'test/support/netlab.test.ts'];

const include = ['test/**/*.test.ts'];

/** Files that are tests only when another test runs them. */
const fixtures = 'test/support/fixtures/**';

/** What the fast run leaves out: files that start programs, be it wperf, take most of the processor's time. */
function startingPrograms(): string[] {
  const starts = /from '.*\/(?:support\/(?:wperf|processes)|wperf|processes)\.js'/;
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  return files.map((file) => `test/${file}`).filter((file) => starts.test(readFileSync(file, 'utf8')));
}

/** Take longest, of those in the fast run, of those that start programs, and of those over links. */
const longest = [
  /(?:modes\/load\/(?:simulation|latency|datagram|failure|omitted-\w+)|geoip\/open|paced-block|rate-limit|stop-before-load|legacy\/ping|client\/fake|load\/contract-\w+|hostile|crowd|document\/anything)\.test\.ts$/,
  /(?:trace\/(?:inband-waits|refusal)|server\/paths|package\/npm)\.test\.ts$/,
  /netlab\/(?:iperf3|large-packets|latency|path|transports-\w+)\.test\.ts$/,
];

/** What takes longest first: begun last, it would be all that still runs in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => (longest.some((names) => names.test(moduleId)) ? 0 : 1);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

const whole: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'together',
      include,
      exclude: [...routes, ...browsers, ...links, fixtures],
      // Most wait more than they work.
      maxWorkers: 4,
      isolate: false,
      experimental: { fsModuleCache: true },
      sequence: { groupOrder: 0 },
    },
  },
  {
    extends: true,
    test: {
      name: 'links',
      include: links,
      exclude: browsers,
      maxWorkers: 4,
      sequence: { groupOrder: 1 },
    },
  },
  {
    extends: true,
    test: {
      name: 'browsers',
      include: browsers,
      fileParallelism: false,
      sequence: { groupOrder: 2 },
    },
  },
  {
    extends: true,
    test: {
      name: 'routes',
      include: routes,
      maxWorkers: 3,
      sequence: { groupOrder: 3 },
    },
  },
];

/** No settings of whoever runs the tests; nothing can be made at this place either. */
const env = { XDG_CONFIG_HOME: '/dev/null/none' };

const common = { pool: 'forks', testTimeout: 60_000, hookTimeout: 30_000, env } as const;

/** `--mode fast` is `npm run test:fast`: `describeNeeding` and `processes.ts` leave out what needs anything. */
export default defineConfig(({ mode }) => ({
  test:
    mode === 'fast'
      ? {
          ...common,
          include,
          exclude: [fixtures, ...startingPrograms()],
          env: { ...env, WPERF_TESTS: 'fast' },
          // Most of the processor's time would go into loading the same modules anew for each file.
          isolate: false,
          experimental: { fsModuleCache: true },
          maxWorkers: 11,
          // There is no processor to spare for collecting beside the tests.
          execArgv: ['--single-threaded-gc', '--max-semi-space-size=64'],
          sequence: { sequencer: LongestFirst },
        }
      : {
          ...common,
          reporters: ['default', new SkippedReporter(), 'json'],
          outputFile: { json: 'build/test-results.json' },
          sequence: { sequencer: LongestFirst },
          projects: whole,
        },
}));
