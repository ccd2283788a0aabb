/** CPU use of one process over the test, as percent of one core. */
export interface CpuUse {
  readonly total: number;
  readonly user: number;
  readonly system: number;
}

/** Of a host, from when it was started. */
export interface UsageMeter {
  /** What is measured counts from now on: before, the event loop is busy with what is left out. */
  count(): void;
  /** Use until now. */
  read(): Usage;
}

export interface Usage {
  readonly cpu: CpuUse;
  /** Share of the time that counts in which the event loop was not waiting, 0 to 1; 0 where none counts. */
  readonly busy: number;
}

export const noUsage: Usage = { cpu: { total: 0, user: 0, system: 0 }, busy: 0 };
