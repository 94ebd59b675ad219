import type { LogComponent } from '@tsmbd/smb2-server';

/** What `tsmbd debug` switches. */
export const COMPONENTS: readonly LogComponent[] = ['smb', 'auth', 'vfs', 'oplock', 'ipc', 'conn', 'rdma'];
