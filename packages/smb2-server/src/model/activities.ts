import { CreateAction } from '@tsmbd/smb2-codec';
import type { Identity } from '../config.ts';
import type { Engine } from './engine.ts';
import type { FileOpen } from './open.ts';
import type { Session } from './session.ts';

/** Who did something. */
export interface Activity {
  readonly identity: Identity;
  /** Address of the client, as its transport reports it. */
  readonly address: string;
}

/** What somebody did to a file or directory. */
export interface FileActivity extends Activity {
  readonly share: string;
  /** Names from the share's root down, separated by `/`; '' is the root. */
  readonly path: string;
  /** The named stream, if it is one. */
  readonly stream: string | undefined;
}

/** What is told to those who listen. Each is told after it has happened. */
export interface ActivityEvents {
  /** Somebody has logged on. A session that is renewed is not told again. */
  logon: Activity & { readonly guest: boolean; readonly anonymous: boolean };
  /** Somebody has connected to a share. Shares of pipes are not told. */
  connect: Activity & { readonly share: string };
  /** A file or directory is open. `access` has the AccessMask bits that were granted. */
  open: FileActivity & { readonly created: boolean; readonly access: number };
  /** An open ends. It is told for each `open`, also if the client is gone. */
  close: FileActivity;
  /** Bytes of the file changed: a WRITE, a copy inside the server, zeroing, a new size. */
  write: FileActivity;
  /** A file or directory has another name. A file that had this name before is gone. */
  rename: FileActivity & { readonly to: string };
  /** A file, a directory or a stream was deleted. */
  delete: FileActivity;
  /** Access was refused. What is missing is absent, for example before somebody has logged on. */
  denied: Partial<FileActivity> & {
    readonly address: string;
    /** The name of the command, as `CREATE`. */
    readonly command: string;
    /** The name of the status that the client gets. */
    readonly status: string;
    readonly reason: string;
  };
}

/**
 * Who is told of what. Nothing is made for those who are undefined. A listener must not throw: it
 * is called while the request is answered. Whoever puts a program's own functions here guards them.
 */
export type ActivityListeners = {
  [Name in keyof ActivityEvents]: ((event: ActivityEvents[Name]) => void) | undefined;
};

export function noListeners(): ActivityListeners {
  return {
    logon: undefined,
    connect: undefined,
    open: undefined,
    close: undefined,
    write: undefined,
    rename: undefined,
    delete: undefined,
    denied: undefined,
  };
}

/** Tells what was done through an open. Costs one comparison if nobody listens. */
export function tellOfOpen(server: Engine, name: 'close' | 'write' | 'delete', open: FileOpen): void {
  server.listeners[name]?.(aboutOpen(open));
}

/** Tells that a file has been opened. */
export function tellOpened(server: Engine, open: FileOpen): void {
  server.listeners.open?.({
    ...aboutOpen(open),
    created: open.createAction === CreateAction.CREATED,
    access: open.grantedAccess,
  });
}

/** Tells that a file has another name. */
export function tellRenamed(server: Engine, open: FileOpen, from: readonly string[], to: readonly string[]): void {
  server.listeners.rename?.({ ...aboutOpen(open), path: from.join('/'), to: to.join('/') });
}

/** Who a session's user is, and where. */
export function activityOf(session: Session): Activity {
  return { identity: session.identity!, address: session.connection.transport.remoteAddress };
}

function aboutOpen(open: FileOpen): FileActivity {
  const { session, tree, path, handle } = open;
  return { ...activityOf(session), share: tree.share.name, path: path.join('/'), stream: handle.streamName };
}
