import { describe, expect, it } from '@jest/globals';
import { missingPackages } from './debian-redis.js';

describe('the distribution’s Redis', () => {
  it('is fetched with what the machine lacks, as apt tells', () => {
    const simulation = [
      'The following NEW packages will be installed:',
      '  libjemalloc2 redis-server redis-tools',
      'Inst libjemalloc2 (5.3.0-1 Debian:12 [amd64])',
      'Inst redis-tools (5:7.0.15 Debian:12 [amd64])',
      'Inst redis-server (5:7.0.15 Debian:12 [amd64])',
      'Conf redis-server (5:7.0.15 Debian:12 [amd64])',
    ].join('\n');

    expect(missingPackages(simulation)).toEqual(['libjemalloc2', 'redis-tools', 'redis-server']);
  });
});
