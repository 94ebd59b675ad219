/** The oldest Node that has what the server uses: SQLite, and disposal. */
const OLDEST = 24;

/**
 * Why the server cannot run on this Node; undefined if it can. `version` is
 * `process.versions.node`.
 */
export function nodeProblem(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= OLDEST) return undefined;
  return `Node ${OLDEST} or later is needed, this is ${version}; in a clone, npm start and npx tsmbd bring their own`;
}
