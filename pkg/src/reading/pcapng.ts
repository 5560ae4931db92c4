// The names of pcapng's numbers, for reading and writing such files.

/** The type of a section header, which is the same in either byte order. */
export const SECTION_HEADER = 0x0a0d0d0a;
/** The number in a section header that shows the byte order. */
export const BYTE_ORDER = 0x1a2b3c4d;

export const INTERFACE = 1;
export const SIMPLE_PACKET = 3;
export const ENHANCED_PACKET = 6;
export const DECRYPTION_SECRETS = 10;

/** "TLSK": secrets in the format of a key log (RFC 9850). */
export const TLS_KEY_LOG = 0x544c534b;
