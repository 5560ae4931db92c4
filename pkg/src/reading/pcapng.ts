// The names of pcapng's numbers, for what reads such files and what writes them.

/** The type of a section header, which reads the same in either byte order. */
export const SECTION_HEADER = 0x0a0d0d0a;
/** What a section header has to tell the byte order by. */
export const BYTE_ORDER = 0x1a2b3c4d;

export const INTERFACE = 1;
export const SIMPLE_PACKET = 3;
export const ENHANCED_PACKET = 6;
export const DECRYPTION_SECRETS = 10;

/** "TLSK": secrets in the format of a key log (RFC 9850). */
export const TLS_KEY_LOG = 0x544c534b;
