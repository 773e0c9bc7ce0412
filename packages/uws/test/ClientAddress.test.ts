import { clientAddress } from "@sluice/uws";
import { describe, expect, test } from "vitest";

describe("an address", () => {
  const named = (bytes: ReadonlyArray<number>) =>
    clientAddress({ getRemoteAddress: () => new Uint8Array(bytes).buffer });
  const zeros = (count: number) => Array.from({ length: count }, () => 0);

  test("of IPv4 is the same however it is written", () => {
    expect(named([192, 0, 2, 1])).toBe(named([...zeros(10), 255, 255, 192, 0, 2, 1]));
    expect(named([192, 0, 2, 1])).not.toBe(named([192, 0, 2, 2]));
  });

  test("of IPv6 is its network", () => {
    const network = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1];
    expect(named([...network, ...zeros(7), 1])).toBe(named([...network, 9, ...zeros(7)]));
    expect(named([...network, ...zeros(8)])).not.toBe(named([0x20, ...zeros(15)]));
  });
});
