/** Packets of one size that went in each interval, from its bytes. */
export function countSentPackets(packetBytes: number): (bytes: number) => number {
  let [sentBytes, counted] = [0, 0];
  return (bytes) => {
    sentBytes += bytes;
    const packets = Math.floor(sentBytes / packetBytes) - counted;
    counted += packets;
    return packets;
  };
}
