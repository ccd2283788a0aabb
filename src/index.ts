export { type ErrorCode, exitCode, exitCodes, WperfError } from './errors.js';
export * from './events.js';
export { type ClientOptions, runClient, type ServerOptions, startServer } from './library.js';
export type { ClientPlan, Direction, ServerPlan, Target, TestDirection, TestPlan } from './plan.js';
export type { ServerEvents, WperfServer } from './session/server.js';
export { version } from './version.js';
