/** Who a hop is and where, in words. Pure. */

export function hostText({ ip, name }: { readonly ip: string; readonly name?: string }): string {
  return name === undefined ? ip : `${name} (${ip})`;
}

interface Place {
  readonly country?: string | undefined;
  readonly asn?: number | undefined;
  readonly asName?: string | undefined;
  readonly label?: string | undefined;
}

/** `US, AS15169 Google LLC`, with what is known of it; empty when nothing is. */
export function placeText({ country, asn, asName, label }: Place): string {
  const as = [asn === undefined ? '' : `AS${asn}`, asName ?? ''].filter((part) => part !== '').join(' ');
  return [label ?? country ?? '', as].filter((part) => part !== '').join(', ');
}
