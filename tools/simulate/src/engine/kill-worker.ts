import { fail } from '../violation.ts';
import type { KnownOpen, SimClient } from './client.ts';
import type { EngineRun } from './engine-run.ts';

/**
 * Kills a worker, and checks who is disconnected and what is kept: the clients that had a
 * connection, an open or a request there lose their connection, and no others. Persistent opens are
 * restored with their locks.
 */
export async function killWorker(run: EngineRun, worker: number): Promise<void> {
  const { world, clients, opens } = run;
  const dead = world.servers[worker]!;
  const isThere = (open: KnownOpen): boolean => {
    const known = open.gone ? undefined : run.serverOpen(open);
    return known !== undefined && dead.opens.byId(known.id) === known;
  };
  const there = new Set(opens.filter(isThere));
  const kept = [...there].filter((open) => open.durable === 'persistent' && !open.closing && run.hasName(open));
  const locks = kept.map((open) => run.locksOf(open));
  const connected = clients.filter((client) => client.isConnected);
  const lost = (client: SimClient): boolean =>
    dead.sessions.has(client.smb!.sessionId) || [...there].some((open) => open.by === client && !open.closing);
  const losers = new Set(connected.filter(lost));
  // Whoever waits for an answer may wait for the worker.
  const others = connected.filter((client) => !losers.has(client) && client.unanswered.size === 0);
  const asking = new Set(clients.filter(({ unanswered }) => [...unanswered].some(({ changes }) => changes)));
  await world.killWorker(worker);
  for (const client of losers) if (client.isConnected) fail(`${client.user} goes on without what has died`);
  for (const client of others) if (!client.isConnected) fail(`${client.user} lost nothing and is disconnected`);
  for (const client of connected) {
    if (client.isConnected) continue;
    run.lose(client);
    client.treeId = 0;
    client.breaks.length = 0;
    client.machine.forgetContents();
    // The other workers may still carry out what it has asked them for.
    if (asking.has(client)) client.machine.hasOrphans = true;
  }
  for (const open of there) if (open.durable !== 'persistent') run.over(open);
  kept.forEach((open, i) => {
    if (run.serverOpen(open) === undefined) fail(`the persistent open of ${open.name} did not outlive its worker`);
    if (run.locksOf(open) !== locks[i]) fail(`the persistent open of ${open.name} came back with other locks`);
  });
}
