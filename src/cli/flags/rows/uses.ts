/** What flags have a meaning for, by name. */

export const server = ['server'] as const;
/** Servers that are not of `--loopback`. */
export const remote = ['load', 'ping', 'route-back', 'both-routes'] as const;
export const client = [...remote, 'loopback'] as const;
export const load = ['load', 'loopback'] as const;
export const ping = ['ping', 'loopback'] as const;
export const loadAndFrom = [...load, 'from'] as const;
export const routeBack = ['route-back', 'loopback'] as const;
export const bothRoutes = ['both-routes', 'loopback'] as const;
export const trace = ['traceroute'] as const;
export const loadAndPing = [...load, 'ping'] as const;
export const loadAndServer = [...load, 'server'] as const;
export const loadPingAndServer = [...loadAndPing, 'server'] as const;
export const remoteAndServer = [...remote, 'server'] as const;
export const clientAndServer = [...client, 'server'] as const;
export const clientAndTrace = [...client, 'traceroute'] as const;
/** With connections that this machine begins and that are no routes there. */
export const ownConnections = ['load', 'ping', 'route-back', 'loopback'] as const;
export const routes = ['traceroute', 'route-back', 'both-routes', 'loopback'] as const;
export const routesAndServer = [...routes, 'server'] as const;
export const everyTest = [...client, 'traceroute', 'server'] as const;
export const from = ['from'] as const;
export const clientTraceAndFrom = [...clientAndTrace, ...from] as const;
export const compare = ['compare'] as const;
export const everyUse = [...everyTest, ...from, ...compare] as const;
