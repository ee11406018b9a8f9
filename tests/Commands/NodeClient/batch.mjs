// A batch with the official OpenAI package: uploads requests, starts the batch, waits for it, and reads the results.
// node batch.mjs <base URL>; the key is in OPENAI_API_KEY. Writes one JSON object.
import OpenAI, { toFile } from 'openai';

const [baseURL] = process.argv.slice(2);
const client = new OpenAI({ baseURL, maxRetries: 0 });

function line(id, content, more = {}) {
  const body = { model: 'qwen-flash', messages: [{ role: 'user', content }], ...more };
  return JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body });
}

async function read(id) {
  const text = await (await client.files.content(id)).text();
  return text.trim().split('\n').map(one => JSON.parse(one));
}

const lines = [line('one', 'Hello'), line('two', 'Again'), line('bad', 'No', { temperature: 9 })];
const file = await client.files.create({ file: await toFile(Buffer.from(lines.join('\n')), 'input.jsonl'), purpose: 'batch' });
let batch = await client.batches.create({
  input_file_id: file.id,
  endpoint: '/v1/chat/completions',
  completion_window: '24h',
  metadata: { ds_name: 'node' },
});
const first = batch.status;
while (!['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) {
  await new Promise(resolve => setTimeout(resolve, 50));
  batch = await client.batches.retrieve(batch.id);
}
const results = await read(batch.output_file_id);
const errors = await read(batch.error_file_id);
const listed = [];
for await (const one of client.batches.list({ limit: 1 })) {
  listed.push(one.id);
}
const second = await client.batches.create({ input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' });
const cancelled = await client.batches.cancel(second.id);
const deleted = await client.files.delete(file.id);
console.log(JSON.stringify({
  first,
  status: batch.status,
  counts: batch.request_counts,
  texts: results.map(result => `${result.custom_id}: ${result.response.body.choices[0].message.content}`),
  errors: errors.map(error => `${error.custom_id}: ${error.response.status_code}`),
  listed: listed.length === 1 && listed[0] === batch.id,
  cancelled: cancelled.status,
  deleted: deleted.deleted,
}));
