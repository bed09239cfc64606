import { describe, expect, it } from '@jest/globals';
import { type LeaseMeasures, leaseSize } from './lease-size.js';

describe('the size of a lease', () => {
  const calm: LeaseMeasures = { recent: 0, typical: 1, active: true, burst: 50, replicas: 3 };

  it.each<[string, Partial<LeaseMeasures>, number]>([
    ['a request’s worth while there are any', {}, 1],
    ['what was spent of late', { recent: 6.2 }, 7],
    ['no more than a share of the burst', { recent: 400 }, 16],
    ['nothing once nobody sends any more', { recent: 6, active: false }, 0],
    ['nothing of a low limit, which every request asks for', { burst: 5, recent: 5 }, 0],
    ['nothing where a request is larger than the share', { burst: 30_000, typical: 20_000, recent: 20_000 }, 0],
    ['nothing where there is no limit', { burst: Infinity, recent: 10 }, 0],
  ])('is %s', (_, measures, size) => {
    expect(leaseSize({ ...calm, ...measures })).toBe(size);
  });

  it('leaves all together within the burst', () => {
    for (let replicas = 1; replicas < 60; replicas++)
      expect(replicas * leaseSize({ ...calm, recent: 1e9, replicas })).toBeLessThanOrEqual(calm.burst);
  });
});
