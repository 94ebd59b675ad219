import { type Codec, type Guid, guid } from '@tsmbd/ms-dtyp';

/** Object id of a volume, [MS-FSCC] 2.5.6. */
export interface FileFsObjectIdInformation {
  readonly objectId: Guid;
  /** 48 bytes. */
  readonly extendedInfo: Uint8Array;
}

/** FileFsObjectIdInformation, [MS-FSCC] 2.5.6. */
export const fileFsObjectIdInformation: Codec<FileFsObjectIdInformation> = {
  name: 'FileFsObjectIdInformation',
  section: '[MS-FSCC] 2.5.6',
  decode: (r) => ({ objectId: r.guid('ObjectId'), extendedInfo: r.take(48, 'ExtendedInfo') }),
  encode(w, m) {
    guid.encode(w, m.objectId);
    w.bytes(m.extendedInfo);
  },
};
