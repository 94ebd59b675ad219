import { execFileSync } from 'node:child_process';
import test from 'ava';
import { DEFAULT_CONFIG } from '../src/default-config.ts';
import { descriptorLimit, descriptorShares, limitIn } from '../src/descriptor-limit.ts';

const limits = (soft: string): string => `Limit                     Soft Limit           Hard Limit           Units
Max processes             63452                63452                processes
Max open files            ${soft.padEnd(20)} 524288               files
`;

test('the opens of clients do not have all descriptors: connections, the control socket and the state have their own', (t) => {
  t.is(limitIn(limits('20000')), 20_000);
  t.is(limitIn(limits('unlimited')), Number.MAX_SAFE_INTEGER);
  t.is(limitIn('nothing of the kind'), 1024);
  t.deepEqual(descriptorShares(20_000), { opens: 15_000, connections: 2500 });
  t.deepEqual(descriptorShares(1024), { opens: 768, connections: 128 });
  t.is(DEFAULT_CONFIG.maxDescriptors, descriptorShares().opens);
  t.true(DEFAULT_CONFIG.maxDescriptors + descriptorShares().connections < descriptorLimit());
});

test('the soft limit of descriptors is the hard one from the start', (t) => {
  const script = `console.log(/Max open files +(\\d+|unlimited) +(\\d+|unlimited)/.exec(require('fs').readFileSync('/proc/self/limits', 'latin1')).slice(1).join(' '))`;
  const shell = 'ulimit -Sn 256 && exec "$0" -e "$1"';
  const [soft, hard] = execFileSync('sh', ['-c', shell, process.execPath, script], { encoding: 'utf8' })
    .trim()
    .split(' ');
  t.is(soft, hard);
});
