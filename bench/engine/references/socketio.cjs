// socket.io as it comes, WebSocket only and without compression: a line on stdin sends the event to all.
// node socketio.js PORT FILE

const fs = require("fs");
const http = require("http").createServer();
const readline = require("readline");
const { Server } = require("socket.io");

const [port, file] = process.argv.slice(2);
const event = JSON.parse(fs.readFileSync(file));
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });
readline.createInterface({ input: process.stdin }).on("line", () => {
  event.t0 = process.hrtime.bigint().toString().padStart(20, "0");
  io.emit("post_update", event);
});
process.stdin.on("end", () => process.exit());
http.listen(Number(port), "127.0.0.1", 4096);
