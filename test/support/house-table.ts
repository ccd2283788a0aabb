/** The table of rooms in `docs/architecture.md`, made from the one that `test/architecture.test.ts` holds. */
import { leafRooms, rooms } from './house.js';

export const houseTableStart = '<!-- rooms: made from test/support/house.ts -->';
export const houseTableEnd = '<!-- /rooms -->';

/** The document with the text between the two markers replaced by the table. Throws when a marker is missing. */
export function withHouseTable(document: string): string {
  const start = document.indexOf(houseTableStart);
  const end = document.indexOf(houseTableEnd);
  if (start < 0 || end < start) throw new Error(`the document lacks ${houseTableStart} ... ${houseTableEnd}`);
  return `${document.slice(0, start)}${houseTableStart}\n${houseTable()}\n${document.slice(end)}`;
}

function houseTable(): string {
  const rows = rooms.map(({ name, holds, imports }) => `| ${nameOf(name)} | ${holds} | ${imports.join(', ')} |`);
  return ['| room | holds | may import |', '|---|---|---|', ...rows].join('\n');
}

/** Leaves stand out: all rooms that are not leaves may import them. */
function nameOf(room: string): string {
  return leafRooms.includes(room) ? `*${room}*` : room;
}
