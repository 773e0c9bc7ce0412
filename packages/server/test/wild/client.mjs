// A client of Node's own WebSocket (undici), with no code for receipts. Says what it has received.
const [url, count] = process.argv.slice(2);
const socket = new WebSocket(url);
let left = Number(count);
socket.onmessage = () => {
  left--;
  if (left === 0) console.log("received");
};
