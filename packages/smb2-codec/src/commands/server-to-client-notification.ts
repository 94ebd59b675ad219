import type { Codec } from '@tsmbd/ms-dtyp';

/** NotificationType, [MS-SMB2] 2.2.44.1. */
export const NotificationType = { SESSION_CLOSED: 0x0000_0000 } as const;

/** SMB2 SERVER_TO_CLIENT_NOTIFICATION, [MS-SMB2] 2.2.44.1. */
export interface ServerToClientNotification {
  /** One of NotificationType. */
  readonly notificationType: number;
  /** SMB2_NOTIFY_SESSION_CLOSED ([MS-SMB2] 2.2.44.2) is four reserved bytes. */
  readonly notification: Uint8Array;
}

/** SMB2 SERVER_TO_CLIENT_NOTIFICATION, [MS-SMB2] 2.2.44.1; always from the server. */
export const serverToClientNotification: Codec<ServerToClientNotification> = {
  name: 'SERVER_TO_CLIENT_NOTIFICATION',
  section: '[MS-SMB2] 2.2.44.1',
  decode(r) {
    r.constant16(4, 'StructureSize');
    r.skip(2, 'Reserved');
    return { notificationType: r.u32('NotificationType'), notification: r.rest('Notification') };
  },
  encode(w, m) {
    w.u16(4);
    w.zero(2);
    w.u32(m.notificationType);
    w.bytes(m.notification);
  },
};
