/**
 * What every command is answered in every state of its session. The rules are [MS-SMB2] 3.3.5.2.1.1
 * (sealed), 3.3.5.2.4 (signed), 3.3.5.2.9 (session) and 3.3.5.2.11 (tree), and the commands' own
 * sections for NEGOTIATE, SESSION_SETUP, ECHO and CANCEL, which need no session.
 * `session-states.test.ts` plays each cell.
 */
const MATRIX = `
                 none    halfMade loggedOff expired unsigned changed otherKey otherSealed plainSession plainShare otherConnection otherTree  treeGone  otherFile fileOfTree
NEGOTIATE        closes  closes   param     param   closes   param   param    closes      param        param      param           param      param     param     param
SESSION_SETUP    deleted failed   deleted   more    denied   denied  denied   closes      more         more       deleted         more       more      more      more
LOGOFF           deleted deleted  deleted   ok      denied   denied  denied   closes      denied       ok         deleted         ok         ok        ok        ok
TREE_CONNECT     deleted deleted  deleted   expired denied   denied  denied   closes      denied       ok         deleted         ok         ok        ok        ok
TREE_DISCONNECT  deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    ok        ok
CREATE           deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    ok        ok
CLOSE            deleted deleted  deleted   ok      denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
FLUSH            deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
READ             deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
WRITE            deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
LOCK             deleted deleted  deleted   ok      denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
IOCTL            deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
CANCEL           silent  silent   silent    cancels silent   silent  silent   silent      cancels      cancels    silent          silent     cancels   silent    cancels
ECHO             ok      ok       deleted   ok      denied   denied  denied   closes      ok           ok         deleted         ok         ok        ok        ok
QUERY_DIRECTORY  deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
CHANGE_NOTIFY    deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
QUERY_INFO       deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
SET_INFO         deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
OPLOCK_BREAK     deleted deleted  deleted   expired denied   denied  denied   closes      denied       denied     deleted         noTree     noTree    noFile    noFile
`;

/** The matrix's words for what comes of a message. */
export const ANSWERS = {
  ok: 'STATUS_SUCCESS',
  more: 'STATUS_MORE_PROCESSING_REQUIRED',
  param: 'STATUS_INVALID_PARAMETER',
  failed: 'STATUS_LOGON_FAILURE',
  denied: 'STATUS_ACCESS_DENIED',
  deleted: 'STATUS_USER_SESSION_DELETED',
  expired: 'STATUS_NETWORK_SESSION_EXPIRED',
  noTree: 'STATUS_NETWORK_NAME_DELETED',
  noFile: 'STATUS_FILE_CLOSED',
  closes: 'closes',
  silent: 'no answer',
  /** The request that CANCEL names ends. */
  cancels: 'no answer',
} as const;

/** One of the matrix's words. */
export type Word = keyof typeof ANSWERS;

/** Whose the request is, and what it names. */
export const STATES = {
  none: 'of a session that there is not',
  halfMade: 'between the two legs of a logon',
  loggedOff: 'after LOGOFF',
  expired: 'of an expired session',
  unsigned: 'unsigned in a session that signs',
  changed: 'changed after it was signed',
  otherKey: 'signed with the key of another session',
  otherSealed: 'sealed for another session',
  plainSession: 'signed and not sealed in a session that encrypts',
  plainShare: 'signed and not sealed to a share that encrypts',
  otherConnection: 'signed for a session of another connection',
  otherTree: 'with a TreeId of another session',
  treeGone: 'with the TreeId of a tree that was disconnected',
  otherFile: 'with a FileId of another session',
  fileOfTree: 'with a FileId of another tree',
} as const;

/** A state of the table. */
export type StateName = keyof typeof STATES;

/** By command and state. `tools/repo-checks` sees that no command is missing. */
export const SESSION_STATES: ReadonlyMap<string, ReadonlyMap<StateName, Word>> = parse(MATRIX);

function parse(text: string): Map<string, Map<StateName, Word>> {
  const [head, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.map(([command, ...words]) => [
      command!,
      new Map(words.map((word, i) => [head![i] as StateName, word as Word])),
    ]),
  );
}
