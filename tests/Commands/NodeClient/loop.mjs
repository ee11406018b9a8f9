// A tool loop with the official OpenAI package: asks, runs the model's calls and sends back the results until there is an answer.
// node loop.mjs <base URL> <chat|responses> <true|false: streamed>; the key is in OPENAI_API_KEY. Writes one JSON object.
import OpenAI from 'openai';

const [baseURL, api, streamed] = process.argv.slice(2);
const stream = streamed === 'true';
const client = new OpenAI({ baseURL, maxRetries: 0 });
const model = 'qwen-plus';
const question = 'How is it in Rome and in Oslo?';
const description = 'The weather of a city.';
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const calls = [];

function getWeather({ city }) {
  calls.push(city);
  return `${city}: sunny`;
}

async function chat() {
  const request = {
    model,
    messages: [{ role: 'user', content: question }],
    parallel_tool_calls: true,
    tools: [{ type: 'function', function: { name: 'get_weather', description, parameters, parse: JSON.parse, function: getWeather } }],
    stream,
  };
  const runner = client.chat.completions.runTools(request);
  return await runner.finalContent();
}

async function responses() {
  const tools = [{ type: 'function', name: 'get_weather', description, parameters, strict: false }];
  const input = [{ role: 'user', content: question }];
  for (;;) {
    const request = { model, input, tools };
    const response = stream ? await client.responses.stream(request).finalResponse() : await client.responses.create(request);
    const wanted = response.output.filter(item => item.type === 'function_call');
    if (wanted.length === 0) {
      return response.output_text;
    }
    for (const call of wanted) {
      // Each output directly follows its own call.
      input.push(call, { type: 'function_call_output', call_id: call.call_id, output: getWeather(JSON.parse(call.arguments)) });
    }
  }
}

const answer = await (api === 'chat' ? chat() : responses());
console.log(JSON.stringify({ answer, calls }));
