/** Who is let in, and what is counted of it. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import {
  Admission,
  type AdmissionOptions,
  clientAddress,
  refuseOrigin,
  Sluice,
  sameOrigin,
} from "@sluice/ws";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ClientOptions, type VerifyClientCallbackAsync, WebSocket, WebSocketServer } from "ws";
import { serve as served, until } from "./server.js";

async function serve(options: AdmissionOptions, verify?: VerifyClientCallbackAsync) {
  const admission = new Admission(options);
  const { port, sluice, server } = await served({}, { verifyClient: admission.around(verify) });
  return { admission, sluice, server, port, ...visiting(port) };
}

/** How one visits a port: `refusal` is what one is told who is not let in. */
function visiting(port: number) {
  const visit = (asking: ClientOptions = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, asking);
    // One that was refused says, when it ends, that it never was open.
    socket.on("error", () => {});
    onTestFinished(() => socket.terminate());
    return socket;
  };
  return {
    visit,
    enter: async (asking?: ClientOptions) => {
      const socket = visit(asking);
      await once(socket, "open");
      return socket;
    },
    refusal: async (asking?: ClientOptions) => {
      const [, response] = await once(visit(asking), "unexpected-response");
      const { statusCode: status, headers } = response;
      return { status, headers, ...JSON.parse(await text(response)) };
    },
  };
}

describe("admission", () => {
  test("without options lets everyone in, and counts who is there", async () => {
    const { enter, admission, sluice } = await serve({});
    const socket = await enter();
    expect(admission.size).toBe(1);
    expect(sluice.connections.size).toBe(1);
    socket.close();
    await until(() => admission.size === 0);
  });

  test("takes so many connections, and others when some have gone", async () => {
    const options = { maxConnections: 2 };
    const { enter, refusal, admission } = await serve(options);
    options.maxConnections = 0;
    const first = await enter();
    await enter();
    expect(await refusal()).toMatchObject({
      status: 503,
      code: "too-many-connections",
      headers: { "retry-after": "5", connection: "close", "content-type": "application/json" },
    });
    first.terminate();
    await until(() => admission.size === 1);
    await enter();
    expect(admission.size).toBe(2);
  });

  test("lets no more in than may, however many come at once", async () => {
    const { visit, admission, server } = await serve({ maxConnections: 10 });
    const came = Array.from({ length: 100 }, () => visit());
    await Promise.all(
      came.map((socket) =>
        Promise.race([once(socket, "open"), once(socket, "unexpected-response")]),
      ),
    );
    expect(server.clients.size).toBe(10);
    expect(admission.size).toBe(10);
    for (const socket of came) socket.terminate();
    await until(() => admission.size === 0);
  });

  test("takes so many connections of an address, of all servers together", async () => {
    const { enter, refusal, admission } = await serve({ maxPerAddress: 1 });
    const other = await served({}, { verifyClient: admission.around() });
    const first = await enter();
    const there = visiting(other.port);
    expect(await there.refusal()).toMatchObject({ status: 429, code: "too-many-of-address" });
    await enter({ localAddress: "127.0.0.2" });
    expect(await refusal({ localAddress: "127.0.0.2" })).toMatchObject({ status: 429 });
    first.terminate();
    await until(() => admission.size === 1);
    await there.enter();
  });

  test("lets so many in in a second", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { enter, refusal } = await serve({ maxUpgradesPerSecond: 2 });
    await enter();
    await enter();
    expect(await refusal()).toMatchObject({ status: 429, code: "too-many-upgrades" });
    vi.advanceTimersByTime(500);
    await enter();
    expect(await refusal()).toMatchObject({ status: 429 });
  });

  test("asks for its token, and says nothing of it", async () => {
    const token = "s3cret-and-long";
    const { refusal } = await serve({ token, maxConnections: 0 });
    for (const authorization of [undefined, "", token, `Basic ${token}`, `Bearer ${token}x`]) {
      const headers = authorization === undefined ? {} : { authorization };
      const refused = await refusal({ headers });
      expect(refused).toMatchObject({
        status: 401,
        code: "unauthorized",
        headers: { "www-authenticate": "Bearer" },
      });
      expect(JSON.stringify(refused)).not.toContain("s3cret");
    }
    // Who has it is told of the next thing that is in the way.
    const headers = { authorization: `bearer  ${token}` };
    expect(await refusal({ headers })).toMatchObject({ status: 503 });
  });

  test("lets in who is exempt, and counts them", async () => {
    const isExempt = ({ headers }: IncomingMessage) => headers["x-guest"] === "yes";
    const { enter, refusal, admission } = await serve({ maxConnections: 1, isExempt });
    const headers = { "x-guest": "yes" };
    await enter({ headers });
    await enter({ headers });
    expect(admission.size).toBe(2);
    expect(await refusal()).toMatchObject({ status: 503 });
  });

  test("comes before the check of origins, and counts nobody whom that refuses", async () => {
    const { refusal, enter, admission } = await serve({ maxConnections: 1 }, sameOrigin());
    const foreign = { headers: { origin: "https://b.example" } };
    expect(await refusal(foreign)).toMatchObject({ status: 403, code: "foreign-origin" });
    expect(admission.size).toBe(0);
    await enter();
    expect(await refusal(foreign)).toMatchObject({ status: 503 });
  });

  test("counts whom another check lets wait until it has decided, and whoever has gone by then no more", async () => {
    const waiting: Array<(isIn: boolean) => void> = [];
    const { visit, refusal, admission } = await serve({ maxPerAddress: 2 }, (_, pass) => {
      waiting.push(pass);
    });
    const [first] = [visit(), visit()];
    await until(() => waiting.length === 2);
    expect(await refusal()).toMatchObject({ status: 429 });
    waiting[1]?.(false);
    expect(admission.size).toBe(1);
    first?.terminate();
    waiting[0]?.(true);
    await until(() => admission.size === 0);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("broken");
      },
    ],
    [
      "lets in, and throws then",
      (_: unknown, pass: (isIn: boolean) => void) => {
        pass(true);
        throw new Error("broken");
      },
    ],
  ])(
    "of a check that %s, counts nobody too many, answers once and passes the error on",
    async (_, check) => {
      const admission = new Admission({ maxConnections: 1 });
      const verify = admission.around(check);
      const socket = { once: () => {}, destroyed: false, remoteAddress: "192.0.2.1" };
      const about = { req: { socket, headers: {} } } as never;
      const answers: Array<ReadonlyArray<unknown>> = [];
      const outcome = new Promise((resolve) => {
        resolve(verify(about, (...answer) => void answers.push(answer)));
      });
      await expect(outcome).rejects.toThrow("broken");
      const isIn = answers[0]?.[0] === true;
      expect(answers).toEqual([isIn ? [true] : [false, 500]]);
      expect(admission.size).toBe(isIn ? 1 : 0);
    },
  );

  test("guards a server without a server of its own", async () => {
    const admission = new Admission({ maxConnections: 1 });
    const server = new WebSocketServer({ noServer: true, verifyClient: admission.around() });
    const sluice = new Sluice();
    sluice.wrap(server);
    const http = createServer().listen(0, "127.0.0.1");
    http.on("upgrade", (request, stream, head) => {
      if (request.url === "/closed") return refuseOrigin(stream, request);
      server.handleUpgrade(request, stream, head, (socket) => server.emit("connection", socket));
    });
    onTestFinished(() => void http.close());
    await once(http, "listening");
    const { enter, refusal } = visiting((http.address() as AddressInfo).port);
    const visitor = await enter();
    expect(await refusal()).toMatchObject({ status: 503 });
    expect([sluice.connections.size, admission.size]).toEqual([1, 1]);
    visitor.terminate();
    await until(() => admission.size === 0);
    await enter();
  });

  test("counts no request that is no handshake", async () => {
    const { port, admission } = await serve({ maxConnections: 1 });
    const socket = connect({ host: "127.0.0.1", port });
    onTestFinished(() => void socket.destroy());
    socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const [answer] = await once(socket, "data");
    expect(String(answer)).toContain("400 Bad Request");
    expect(admission.size).toBe(0);
  });

  test.each([
    [{ maxConnections: -1 }, /maxConnections \(-1\) must be a whole number from 0/],
    [{ isExempt: true }, /isExempt \(true\) must be a function/],
    [{ maxConnection: 1 }, /maxConnection .*did you mean maxConnections/],
    [{ token: "two words" }, /token .* must be 1 to 1,024 printable characters/],
  ])("refuses %j, and names the rule", (options, message) => {
    expect(() => new Admission(options as AdmissionOptions)).toThrow(message);
  });

  test("refuses to go around what is no function", () => {
    expect(() => new Admission().around(true as never)).toThrow(/verify .*function/);
  });
});

describe("an address", () => {
  const named = (remoteAddress: string | undefined) =>
    clientAddress({ socket: { remoteAddress } } as never);

  test("of IPv4 is the same however it is written", () => {
    expect(named("::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(named("192.0.2.1")).toBe("192.0.2.1");
  });

  test.each([
    ["2001:db8:0:1::1", "2001:db8:0:1"],
    ["2001:db8:0:1:9:8:7:6", "2001:db8:0:1"],
    ["1::2:3:4:5:6:7", "1:0:2:3"],
    ["2001:db8::", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
  ])("of IPv6 is its network: %s", (address, network) => {
    expect(named(address)).toBe(network);
  });

  test("of a socket that has closed is empty", () => {
    expect(named(undefined)).toBe("");
  });
});
