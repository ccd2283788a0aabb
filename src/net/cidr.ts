/** An address, or the network of its first `prefix` bits. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
}
