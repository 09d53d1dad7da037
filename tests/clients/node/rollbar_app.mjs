// node rollbar_app.mjs ENDPOINT TOKEN: an express service that reports by rollbar.js: errors, messages, levels, a person,
// a request that fails. Prints as JSON the uuids of what it has sent.
import { once } from "node:events";
import express from "express";
import Rollbar from "rollbar";

const [endpoint, accessToken] = process.argv.slice(2);
const rollbar = new Rollbar({
  accessToken,
  endpoint,
  environment: "node-test",
  codeVersion: "1.4.0",
  captureUncaught: false,
  payload: { custom: { team: "cart" } },
});
const uuids = {};
const done = (name, resolve) => (error, answer) => {
  if (error) throw error;
  uuids[name] = answer.uuid;
  resolve();
};
const report = (name, call) => new Promise((resolve) => call(done(name, resolve)));

class CartError extends Error {
  name = "CartError";
}
const fail = (n) => {
  throw new CartError(`no cart ${n}`);
};
for (const n of [1, 2]) {
  await report(`error${n}`, (sent) => {
    try {
      fail(n);
    } catch (error) {
      rollbar.error(error, { cart: n }, sent);
    }
  });
}
await report("caused", (sent) => {
  rollbar.critical(new Error("outer", { cause: new TypeError("inner") }), sent);
});
await report("message", (sent) => rollbar.warning("a shelf is empty", { shelf: "ü7" }, sent));
await report("person", (sent) => {
  rollbar.configure({ payload: { person: { id: 17, email: "a@example.org" } } });
  rollbar.info("somebody", sent);
});

const app = express();
app.get("/boom/:id", (request) => {
  throw new CartError(`route ${request.params.id}`);
});
app.use(rollbar.errorHandler());
app.use((_error, _request, response, _next) => response.status(500).end());
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const answer = await fetch(`http://127.0.0.1:${server.address().port}/boom/7?a=b`, {
  headers: {
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
  },
});
await new Promise((resolve) => rollbar.wait(resolve));
server.close();
console.log(JSON.stringify({ uuids, status: answer.status }));
