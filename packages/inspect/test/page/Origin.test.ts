import { describe, expect, test } from "vitest";
import { isOwnPage, isUnmistakable } from "../../src/page/Origin.js";

describe("a page is the server's own", () => {
  test.each([
    ["http://127.0.0.1:9001", "127.0.0.1:9001", true],
    ["https://ops.example.com", "ops.example.com", true],
    ["https://ops.example.com", "ops.example.com:443", true],
    ["http://Ops.Example.com", "ops.example.COM", true],
    ["http://[::1]:9001", "[::1]:9001", true],
    ["http://evil.example", "127.0.0.1:9001", false],
    ["http://127.0.0.1:9002", "127.0.0.1:9001", false],
    ["http://127.0.0.1:9001.evil.example", "127.0.0.1:9001", false],
    ["null", "127.0.0.1:9001", false],
    ["", "127.0.0.1:9001", false],
    ["http://127.0.0.1:9001", "", false],
    ["", "", false],
  ])("origin %j, host %j: %s", (origin, host, isOwn) => {
    expect(isOwnPage({ origin, host })).toBe(isOwn);
  });
});

describe("an address cannot be somebody else's", () => {
  test.each([
    ["127.0.0.1:9001", true],
    ["192.168.1.7:9001", true],
    ["localhost:9001", true],
    ["[::1]:9001", true],
    ["rebound.example:9001", false],
    ["127.0.0.1.example", false],
    ["", false],
  ])("host %j: %s", (host, isIt) => {
    expect(isUnmistakable({ origin: "", host })).toBe(isIt);
  });
});
