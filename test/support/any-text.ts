import fc from 'fast-check';

/** Any text that can be written as UTF-8; fast-check's own takes most of a second to get ready. */
export const anyText = fc.string({
  unit: fc.oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff })).map(String.fromCodePoint),
});
