import { Comparison, compare } from './compare.ts';
import { compareStatuses } from './statuses.ts';
import { subjects } from './subjects.ts';

/** `node main.ts [pattern]`: compares the captures whose names match, and exits with 1 when something is unexplained. */
const result = new Comparison();
const all = subjects(new RegExp(process.argv[2] ?? ''));
for (const subject of all) await compare(subject, result);

console.log(`${all.length} captures, ${result.pdus} PDUs, ${result.names.size} fields by name`);
console.log(`${result.fields} fields: ${result.agreed} agree; ${result.wholes} whole structures`);
for (const [{ names, right, why }, count] of result.explained) {
  console.log(`${String(count).padStart(8)} explained (${right} right): ${names.join(', ')}: ${why}`);
}
for (const [name, { count, example }] of [...result.unexplained].sort()) {
  console.log(`${String(count).padStart(8)} UNEXPLAINED: ${name}: ${example}`);
}
const statuses = await compareStatuses();
console.log(`NTSTATUS: ${statuses.agreed} names agree; tshark has ${statuses.theirsOnly} more`);
for (const text of statuses.explained) console.log(`explained: ${text}`);
for (const text of statuses.unexplained) console.log(`UNEXPLAINED: ${text}`);
if (statuses.oursOnly.length > 0) console.log(`and lacks ${statuses.oursOnly.length} of ours`);
process.exitCode = result.unexplained.size + statuses.unexplained.length === 0 ? 0 : 1;
