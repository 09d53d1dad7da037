// node libhoney_app.mjs API_HOST KEY DATASET: three events by Honeycomb's JavaScript library; prints the status of each.
import libhoney from "libhoney";

const Libhoney = libhoney.default ?? libhoney;
const [apiHost, writeKey, dataset] = process.argv.slice(2);
const statuses = [];
const client = new Libhoney({
  apiHost,
  writeKey,
  dataset,
  responseCallback: (responses) => statuses.push(...responses.map((response) => response.status_code)),
});
for (const n of [1, 2, 3]) {
  const event = client.newEvent();
  event.add({ n, text: "näme", ok: n !== 2, nested: { deep: [1, null] } });
  if (n === 3) {
    event.sampleRate = 10;
    event.sendPresampled();
  } else {
    event.send();
  }
}
await client.flush();
console.log(JSON.stringify({ statuses }));
