// A small HTTP service instrumented by the X-Ray SDK's middleware. Only AWS_XRAY_* variables say where its segments go.
//   node xray_app.mjs NAME REQUESTS     requests of each path; prints as JSON what it has done
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import AWSXRay from "aws-xray-sdk-core";
import ruleCache from "aws-xray-sdk-core/dist/lib/middleware/sampling/rule_cache.js";
import xrayExpress from "aws-xray-sdk-express";

const name = process.argv[2];
const requests = Number(process.argv[3]);
let reported = 0;
AWSXRay.setLogger({
  error: console.error,
  warn: console.error,
  info: (text) => {
    if (String(text).startsWith("Successfully reported")) reported += 1;
  },
  debug: () => {},
});
const open = xrayExpress.openSegment(name);

const server = http.createServer((request, response) => {
  open(request, response, () => {
    const [, path, number] = request.url.split("/");
    if (path === "all") {
      AWSXRay.captureFunc("work", (work) => {
        work.addAnnotation("number", Number(number));
        work.addMetadata("basket", { socks: [1, 2] }, "shop");
        const call = work.addNewSubsegment("inventory.example.com");
        call.namespace = "remote";
        call.close();
        if (number === "3") work.addError(new Error("no socks"));
      });
    }
    response.statusCode = path === "all" && number === "3" ? 500 : path === "all" && number === "4" ? 404 : 200;
    response.end("ok");
  });
});

async function waitFor(what, seconds) {
  const end = Date.now() + seconds * 1000;
  while (!what()) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain`);
    await sleep(50);
  }
}

await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}`;
AWSXRay.middleware.sampler.start();
await waitFor(() => ruleCache.getRules().length > 1, 20);
const begin = Date.now();
for (let number = 0; number < requests; number += 1) {
  for (const path of ["all", "none", "once"]) {
    const answer = await fetch(`${url}/${path}/${number}`, { headers: { "user-agent": "shop-test" } });
    await answer.text();
  }
}
const seconds = (Date.now() - begin) / 1000;
await waitFor(() => reported > 0, 25);
console.log(JSON.stringify({ seconds, rules: ruleCache.getRules().map((rule) => rule.getName()) }));
await sleep(200);
process.exit(0);
