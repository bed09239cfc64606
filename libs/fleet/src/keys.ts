/**
 * Names of everything that is kept in Redis. Keys of one script share a hash tag, so that a cluster keeps them on one node.
 * What each holds stands in docs/reference/shared-state.md.
 */
export const KEYS = {
  /** Written by every connection to learn whether Redis works. */
  probe: 'sw:{fleet}:probe',
  replicas: 'sw:{fleet}:replicas',
  marks: 'sw:{fleet}:marks',
  /** Rings when the marks have changed. */
  bell: 'sw:{fleet}:bell',
  /** `account` names a credential, and holds no secret. */
  limits: (account: string): string => `sw:{limits:${account}}`,
};
