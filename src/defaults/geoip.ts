/** Places of addresses. */

export const geoip = {
  /** Country and AS assignments drift by about a percent a month; older data than this is warned about. */
  staleDays: 120,
  /** How often a running process looks whether its files were replaced. */
  pollMs: 10_000,
  /** A database is held in memory whole; the largest commercial ones are near half of this. */
  fileBytes: 1024 * 1024 * 1024,
  asNameCharacters: 120,
  /** Where `geoipupdate` and the systems' packages put their files. */
  systemFolders: [
    '/usr/share/GeoIP',
    '/var/lib/GeoIP',
    '/usr/local/share/GeoIP',
    '/usr/local/var/GeoIP',
    '/opt/homebrew/var/GeoIP',
    'C:\\ProgramData\\MaxMind\\GeoIPUpdate\\GeoIP',
  ],
} as const;
