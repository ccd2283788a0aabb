/** What a paced sender had to leave out of its schedule. */
export interface Pacing {
  /** Blocks that were never sent because the connection took none in time. */
  readonly skipped: number;
  /** Time by which the sender fell behind for reasons of its own. */
  readonly lateSeconds: number;
}
