/** What to do where a token is missing, or was refused, in any dialect. */
export const tokenHint = 'give the same --token (or WPERF_TOKEN) at both ends';
export const noTokenHint = 'leave --token (or WPERF_TOKEN) away';
