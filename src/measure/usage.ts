/** CPU use of one process over the test, as percent of one core. */
export interface CpuUse {
  readonly total: number;
  readonly user: number;
  readonly system: number;
}

/** Of a host, from when it was started. */
export interface UsageMeter {
  /** Use until now. */
  read(): Usage;
}

export interface Usage {
  readonly cpu: CpuUse;
  /** Share of the time in which the event loop was not waiting, 0 to 1. */
  readonly busy: number;
}
