import type { Codec } from '@tsmbd/ms-dtyp';

/** Request of FSCTL_SET_DEFECT_MANAGEMENT, [MS-FSCC] 2.3. */
export interface DefectManagement {
  readonly disable: boolean;
}

/** Request of FSCTL_SET_DEFECT_MANAGEMENT, [MS-FSCC] 2.3. */
export const defectManagement: Codec<DefectManagement> = {
  name: 'FSCTL_SET_DEFECT_MANAGEMENT Request',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const disable = r.u8('Disable') !== 0;
    return { disable };
  },
  encode(w, m) {
    w.u8(m.disable ? 1 : 0);
  },
};

/** Request of FSCTL_SET_OBJECT_ID_EXTENDED, [MS-FSCC] 2.3. */
export interface ObjectIdExtendedInfo {
  /** 48 bytes. */
  readonly extendedInfo: Uint8Array;
}

/** Request of FSCTL_SET_OBJECT_ID_EXTENDED, [MS-FSCC] 2.3. */
export const objectIdExtendedInfo: Codec<ObjectIdExtendedInfo> = {
  name: 'FSCTL_SET_OBJECT_ID_EXTENDED Request',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const extendedInfo = r.take(48, 'ExtendedInfo');
    return { extendedInfo };
  },
  encode(w, m) {
    w.bytes(m.extendedInfo);
  },
};

/** ENCRYPTION_BUFFER: request of FSCTL_SET_ENCRYPTION, [MS-FSCC] 2.3. */
export interface EncryptionOperation {
  /** 1 to encrypt a file, 2 to decrypt it; 3 and 4 do the same to a stream. */
  readonly encryptionOperation: number;
  readonly isPrivate: number;
}

/** ENCRYPTION_BUFFER. */
export const encryptionOperation: Codec<EncryptionOperation> = {
  name: 'FSCTL_SET_ENCRYPTION Request',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const encryptionOperation = r.u32('EncryptionOperation');
    const isPrivate = r.u8('Private');
    return { encryptionOperation, isPrivate };
  },
  encode(w, m) {
    w.u32(m.encryptionOperation);
    w.u8(m.isPrivate);
  },
};

/** RETRIEVAL_POINTER_COUNT: response of FSCTL_GET_RETRIEVAL_POINTER_COUNT, [MS-FSCC] 2.3. */
export interface RetrievalPointerCount {
  readonly extentCount: number;
}

/** RETRIEVAL_POINTER_COUNT. */
export const retrievalPointerCount: Codec<RetrievalPointerCount> = {
  name: 'RETRIEVAL_POINTER_COUNT',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const extentCount = r.u32('ExtentCount');
    return { extentCount };
  },
  encode(w, m) {
    w.u32(m.extentCount);
  },
};
