import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run's report with every skipped test by name: what a machine cannot test is said, not implied. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const skipped of module.children.allTests('skipped')) {
        process.stdout.write(` skipped: ${module.relativeModuleId} > ${skipped.fullName}\n`);
      }
    }
  }
}
