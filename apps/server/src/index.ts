export { createMemoryVfs, createPosixVfs } from '@tsmbd/vfs-adapter';
export type { User } from './accounts.ts';
export { type RunningServer, type ServeOptions, type ShareOptions, serve } from './serve.ts';
