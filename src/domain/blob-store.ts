/** Keeps bytes under the hash of their content: the originals of everything that was made. */
export interface BlobStore {
  /** Stores the bytes durably and returns their name (SHA-256, hex). Storing them again is harmless. */
  put(bytes: Uint8Array): Promise<string>;
  /** Undefined when there is no such blob. */
  get(name: string): Promise<Uint8Array | undefined>;
  has(name: string): Promise<boolean>;
}
