/** Put in by the build. */
declare const WPERF_VERSION: string;

export const version: string = typeof WPERF_VERSION === 'undefined' ? '0.0.0' : WPERF_VERSION;
