/** Every default and limit of wperf, each declared once, with its reason. Times are seconds and sizes bytes unless named. */

export * from './asked.js';
export * from './bounds.js';
export * from './dialects.js';
export * from './geoip.js';
export * from './services.js';
export * from './transports.js';
export * from './waits.js';
