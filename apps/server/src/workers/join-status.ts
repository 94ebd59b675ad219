import type { ServerStatus } from '@tsmbd/smb2-server';

/**
 * The status of a server of which each worker reports its part. An open belongs to the session of
 * its client, whichever worker has the file.
 */
export function joinStatus(parts: readonly ServerStatus[]): ServerStatus {
  const hosted = Map.groupBy(
    parts.flatMap((part) => part.hosted),
    ({ id }) => id,
  );
  const sessions = parts
    .flatMap((part) => part.sessions)
    .map((session) => {
      const elsewhere = hosted.get(session.id) ?? [];
      return {
        ...session,
        opens: [...session.opens, ...elsewhere.flatMap(({ opens }) => opens)],
        trees: session.trees.map((tree) => ({
          ...tree,
          opens: elsewhere.reduce(
            (sum, { trees }) => sum + (trees.find(({ id }) => id === tree.id)?.opens ?? 0),
            tree.opens,
          ),
        })),
      };
    });
  return {
    startedAt: Math.min(...parts.map((part) => part.startedAt)),
    connections: parts.reduce((sum, part) => sum + part.connections, 0),
    sessions,
    hosted: [],
    waitingOpens: parts.flatMap((part) => part.waitingOpens),
  };
}
