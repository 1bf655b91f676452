/** placeholder until merged */
export const hasContentCredentials = (_: Uint8Array): boolean => false;
