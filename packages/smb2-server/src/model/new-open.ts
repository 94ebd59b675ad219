import type { FileOpen } from './open.ts';

/** Fields that the maker of an Open may leave out, because an unused Open has these. */
type Fresh =
  | 'kind'
  | 'closed'
  | 'replayEligible'
  | 'posixDelete'
  | 'position'
  | 'enumeration'
  | 'listing'
  | 'watch'
  | 'markedDeleted'
  | 'reserved'
  | 'durable'
  | 'lockSequences'
  | 'stickyWriteTime'
  | 'changeTimeOf'
  | 'modified';

/**
 * Makes an Open of a file. `fields` has what the CREATE, or its stored record, says; all other
 * fields have their initial values. Every field is named, because to copy them as a group takes
 * several times as long. [MS-SMB2] 3.3.5.9
 */
export function newFileOpen(fields: Omit<FileOpen, Fresh | 'key'> & Partial<Pick<FileOpen, Fresh>>): FileOpen {
  return {
    kind: 'file',
    id: fields.id,
    fileId: fields.fileId,
    session: fields.session,
    tree: fields.tree,
    grantedAccess: fields.grantedAccess,
    openedAt: fields.openedAt,
    closed: fields.closed ?? false,
    sequence: fields.sequence,
    replayEligible: fields.replayEligible ?? false,
    handle: fields.handle,
    key: fields.handle.identity,
    lease: fields.lease,
    askedLease: fields.askedLease,
    desiredAccess: fields.desiredAccess,
    shareAccess: fields.shareAccess,
    createOptions: fields.createOptions,
    deleteOnClose: fields.deleteOnClose,
    posixDelete: fields.posixDelete ?? false,
    position: fields.position ?? 0n,
    mode: fields.mode,
    path: fields.path,
    enumeration: fields.enumeration,
    listing: fields.listing,
    watch: fields.watch,
    markedDeleted: fields.markedDeleted ?? false,
    reserved: fields.reserved ?? 0n,
    createAction: fields.createAction,
    clientGuid: fields.clientGuid,
    createGuid: fields.createGuid,
    appInstance: fields.appInstance,
    durable: fields.durable,
    lockSequences: fields.lockSequences,
    stickyWriteTime: fields.stickyWriteTime ?? false,
    changeTimeOf: fields.changeTimeOf,
    modified: fields.modified ?? false,
  };
}
