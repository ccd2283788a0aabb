export { type ErrorCode, exitCode, exitCodes, WperfError } from './errors.js';
export * from './events.js';
export { type Geoip, type GeoipOptions, openGeoip } from './geoip/open.js';
export {
  type ClientOptions,
  type PingOptions,
  type ReverseTraceOptions,
  reverseTraceroute,
  runClient,
  runPing,
  type ServerOptions,
  startServer,
} from './library.js';
export type { LatencyGrade, LatencyReport } from './measure/latency.js';
export type { LatencySummary } from './measure/percentiles.js';
export * from './ping-events.js';
export type {
  ClientPlan,
  Direction,
  PingPlan,
  ServerPlan,
  Simulation,
  SimulationPlan,
  Target,
  TestDirection,
  TestPlan,
  TraceService,
  TraceWish,
} from './plan.js';
export type { ServerEvents, WperfServer } from './session/server.js';
export type { SeenClient, SharedResult, TraceEnd, TraceEvent, TraceHop, TraceStart } from './trace/events.js';
export type { TraceOptions } from './trace/options.js';
export { traceroute } from './trace/traceroute.js';
export { version } from './version.js';
