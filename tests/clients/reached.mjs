// Counts the requests in a folder of recorded ones that carry a text. What the model itself wrote comes back with every
// request of a conversation and is left out, also where a tool repeats the command: it was there before any hook was asked.
import fs from 'node:fs';
import path from 'node:path';

const [folder, text] = process.argv.slice(2);
const isOwn = value => ['function_call', 'custom_tool_call', 'local_shell_call', 'tool_use'].includes(value?.type) || value?.role === 'assistant';

const walk = (value, visit) => {
  visit(value);
  if (value && typeof value === 'object') Object.values(value).forEach(v => walk(v, visit));
};
const parsed = value => {
  try { return JSON.parse(value); } catch { return value; }
};
const ownTexts = body => {
  const texts = [];
  const add = v => { if (typeof v === 'string' && v.includes(text)) texts.push(v); };
  walk(body, v => { if (isOwn(v)) walk(v, own => { add(own); if (typeof own === 'string') walk(parsed(own), add); }); });
  return texts;
};
const carries = (value, own) =>
  typeof value === 'string' ? own.reduce((rest, o) => rest.replaceAll(o, ''), value).includes(text)
    : Array.isArray(value) ? value.some(v => carries(v, own))
    : value && typeof value === 'object' ? !isOwn(value) && Object.values(value).some(v => carries(v, own))
    : false;

const requests = fs.readdirSync(folder).filter(f => f.endsWith('.json')).map(f => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')));
console.log(`${requests.filter(r => carries(r.body, ownTexts(r.body))).length} of ${requests.length}`);
