/** A server as the call names it: `tsmbd`, `tsmbd:4`, `smbd` or `floor`. */
export interface ServerSpec {
  /** As it was written; names the server in tables. */
  readonly name: string;
  readonly kind: 'tsmbd' | 'smbd' | 'floor';
  /** Threads that tsmbd is told to use; undefined if nothing is said. */
  readonly workers?: number;
}

/** Servers separated by commas. Throws if one of them is unknown, or there twice. */
export function parseServers(text: string): ServerSpec[] {
  const names = text.split(',');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`${twice} is there twice`);
  return names.map(parseServer);
}

function parseServer(name: string): ServerSpec {
  if (name === 'smbd' || name === 'floor' || name === 'tsmbd') return { name, kind: name };
  const workers = /^tsmbd:([1-9]\d*)$/.exec(name)?.[1];
  if (workers === undefined) throw new Error(`"${name}" is none of tsmbd, tsmbd:N, smbd, floor`);
  return { name, kind: 'tsmbd', workers: Number(workers) };
}
