/** The process of a peer. */

import { socketIoPeer, wsPeer } from "./onNode.js";
import { crosswsPeer, effectPeer, sluicePeer } from "./onUws.js";
import type { Kind, Peer, PeerAnswer, PeerRequest } from "./Peer.js";

const makes: Readonly<Record<Kind, () => Promise<Peer>>> = {
  sluice: sluicePeer,
  ws: wsPeer,
  "socket.io": socketIoPeer,
  crossws: crosswsPeer,
  "Effect's queues": effectPeer,
};
const making = makes[process.argv[2] as Kind]();

process.on("message", async (request: PeerRequest) => process.send?.(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: PeerRequest): Promise<PeerAnswer> {
  const peer = await making;
  switch (request.ask) {
    case "port":
      return peer.port;
    case "connections":
      return peer.connections();
    case "cpuNanos": {
      const { user, system } = process.cpuUsage();
      return (user + system) * 1000;
    }
    case "lap":
      return lap(peer, request.ticks, request.messages);
    default:
      return request satisfies never;
  }
}

async function lap(peer: Peer, ticks: number, messages: number): Promise<number> {
  peer.ping();
  for (let left = ticks; left > 0; left--) {
    for (let index = 0; index < messages; index++) peer.send();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ticks;
}
