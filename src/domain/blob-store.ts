/** Keeps bytes under the hash of their content: the originals of everything that was made. */
export interface BlobStore {
  /** Stores the bytes durably and returns their name (SHA-256, hex). Storing them again renews them. */
  put(bytes: Uint8Array): Promise<string>;
  /** Undefined when there is no such blob. */
  get(name: string): Promise<Uint8Array | undefined>;
  has(name: string): Promise<boolean>;
  /** False when there is no such blob. Else it counts as stored just now, so that it stays until a job refers to it. */
  renew(name: string): Promise<boolean>;
  /** Names of blobs that were stored, and renewed, before `before` (ms since 1970), a page at a time, in any order. */
  older(before: number): AsyncIterable<readonly string[]>;
  /** Removes a blob. False when it stays, because it was stored or renewed since `before`. */
  remove(name: string, before: number): Promise<boolean>;
}
