import { type Codec, type Guid, guid } from '@tsmbd/ms-dtyp';

/**
 * FILE_OBJECTID_BUFFER: response of FSCTL_CREATE_OR_GET_OBJECT_ID and FSCTL_GET_OBJECT_ID, request
 * of FSCTL_SET_OBJECT_ID, [MS-FSCC] 2.1.3.1.
 */
export interface ObjectIdBuffer {
  readonly objectId: Guid;
  readonly birthVolumeId: Guid;
  readonly birthObjectId: Guid;
  readonly domainId: Guid;
}

/** FILE_OBJECTID_BUFFER, [MS-FSCC] 2.1.3.1. */
export const objectIdBuffer: Codec<ObjectIdBuffer> = {
  name: 'FILE_OBJECTID_BUFFER',
  section: '[MS-FSCC] 2.1.3.1',
  decode: (r) => ({
    objectId: r.guid('ObjectId'),
    birthVolumeId: r.guid('BirthVolumeId'),
    birthObjectId: r.guid('BirthObjectId'),
    domainId: r.guid('DomainId'),
  }),
  encode(w, m) {
    guid.encode(w, m.objectId);
    guid.encode(w, m.birthVolumeId);
    guid.encode(w, m.birthObjectId);
    guid.encode(w, m.domainId);
  },
};
