/*
 * A handler for each command: it gets the values of a request and returns those of the response. It
 * may use every room before it in the table of rooms.
 */

export { handleChangeNotify } from './change-notify.ts';
export { handleClose } from './close.ts';
export { handleCreate, handleCreateStep } from './create.ts';
export { handleEcho } from './echo.ts';
export { handleFlush } from './flush.ts';
export { handleIoctl } from './ioctl.ts';
export { handleLock } from './lock.ts';
export { handleLogoff } from './logoff.ts';
export { handleNegotiate, serverNegotiateValues } from './negotiate.ts';
export { handleOplockBreak } from './oplock-break.ts';
export { handleQueryDirectory } from './query-directory.ts';
export { handleQueryInfo } from './query-info.ts';
export { handleRead } from './read.ts';
export { handleSessionSetup } from './session-setup.ts';
export { handleSetInfo } from './set-info.ts';
export { handleTreeConnect } from './tree-connect.ts';
export { handleTreeDisconnect } from './tree-disconnect.ts';
export { handleWrite } from './write.ts';
