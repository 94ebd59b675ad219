/*
 * Which user may do what: the rules for shares, files, descriptors and Opens, each in one place. It
 * may use the model, names and metadata.
 */

export { accountIdentity } from './account-identity.ts';
export { audit } from './audit.ts';
export { type Grant, grantExisting, grantNew, type Opening, requireNewFile, requireNewStream } from './create.ts';
export { currentDescriptor } from './current-descriptor.ts';
export { noteDeleter } from './deleter.ts';
export { requireDeletable, requireReplaceable } from './deletion.ts';
export { inheritedDescriptor, storable } from './descriptor.ts';
export { changedDescriptor, requireParts } from './descriptor-parts.ts';
export { guestIdentity } from './guest-identity.ts';
export { openAs, unixUser, type Visit } from './open-as.ts';
export { COMMAND_NEEDS, COPY_SOURCE_NEEDS, FSCTL_NEEDS, QUERY_NEEDS, requireGranted, SET_NEEDS } from './operations.ts';
export { fileRights, mapGeneric, requireAddRight, requireLinkable, requireShareLeaves } from './rights.ts';
export { identityIn, isAdmitted, reconsiderTrees, shareRights } from './share-rights.ts';
export { unixSids } from './unix-sids.ts';
export { isEmptyFor, isVetoed, removeVetoed, requireNameable, requireVisible } from './veto.ts';
export { rightsText } from './why.ts';
