export { type ErrorCode, exitCode, exitCodes, WperfError } from './errors.js';
export * from './events/load.js';
export * from './events/ping.js';
export type { SeenClient, SharedResult, TraceEnd, TraceEvent, TraceHop, TraceStart } from './events/route.js';
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
export type { FailedCheck } from './measure/checks.js';
export type { LatencyGrade, LatencyReport, LoadedTrip, RoundTrips } from './measure/latency/latency.js';
export type { LatencySummary } from './measure/latency/percentiles.js';
export { bitsPerSecond, type Span } from './measure/span.js';
export type { TcpSample, TcpSummary } from './measure/tcp.js';
export type { CpuUse } from './measure/usage.js';
export { version } from './package.js';
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
} from './plan/plan.js';
export type { ServerEvents, WperfServer } from './server/server.js';
export type { TraceOptions } from './trace/options.js';
export { traceroute } from './trace/traceroute.js';
export type { GrantedLoad, LoadListener, LoadPlace, LoadTransport, LoadWay } from './transport/load-transport.js';
