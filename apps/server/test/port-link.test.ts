import { MessageChannel } from 'node:worker_threads';
import test from 'ava';
import { PortLink } from '../src/workers/port-link.ts';

test('what a worker said before it died is not lost, and is heard before it is gone', async (t) => {
  const link = new PortLink({ own: 0, count: 2, memory: new SharedArrayBuffer(4) });
  const heard: unknown[] = [];
  link.onMessage = (from, message) => heard.push([from, message]);
  link.onGone = (worker) => heard.push(`${worker} is gone`);
  const { port1, port2 } = new MessageChannel();
  link.connect(1, port1);
  for (const word of ['first', 'second']) port2.postMessage(word);
  link.gone(1);
  const all = [[1, 'first'], [1, 'second'], '1 is gone'];
  t.deepEqual(heard, all);
  t.false(link.reaches(1));
  port2.postMessage('late');
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.deepEqual(heard, all);
});
