/** CPU use of one process over the test, as percent of one core. */
export interface CpuUse {
  readonly total: number;
  readonly user: number;
  readonly system: number;
}

export interface Usage {
  readonly cpu: CpuUse;
  /** Share of the time in which the event loop was not waiting, 0 to 1. */
  readonly busy: number;
}

export interface UsageMeter {
  /** Use since the meter was made. */
  read(): Usage;
}
