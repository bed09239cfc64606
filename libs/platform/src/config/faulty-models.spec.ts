import { describe, expect, it } from '@jest/globals';
import { FILE, faultsOf, soundBut } from './sound-file.js';

describe('faulty models', () => {
  it.each<[what: string, line: number, text: string, fault: string]>([
    ['no model', 4, '', '3:8  models: is empty; write one model or more'],
    ['a model without targets', 4, '  m: {}', '4:3  models.m.targets: is missing; write [ { provider: NAME } ]'],
    [
      'an unknown provider',
      4,
      '  m: { targets: [ { provider: mian } ] }',
      '4:31  models.m.targets.0.provider: there is no provider mian; did you mean main?',
    ],
    [
      'a weight below zero',
      4,
      '  m: { targets: [ { provider: main, weight: -1 } ] }',
      '4:45  models.m.targets.0.weight: is -1; write a number above 0',
    ],
    [
      'a weight of nothing',
      4,
      '  m: { targets: [ { provider: main, weight: 0 } ] }',
      '4:45  models.m.targets.0.weight: is 0; write a number above 0',
    ],
    [
      'a weight that is next to nothing',
      4,
      '  m: { targets: [ { provider: main, weight: 1e-300 } ] }',
      '4:45  models.m.targets.0.weight: is 1e-300; write a number above 0, from 0.001 to 1000000',
    ],
    [
      'a weight that is no number',
      4,
      '  m: { targets: [ { provider: main, weight: .nan } ] }',
      '4:45  models.m.targets.0.weight: is null; write a number above 0',
    ],
    [
      'an endless weight',
      4,
      '  m: { targets: [ { provider: main, weight: .inf } ] }',
      '4:45  models.m.targets.0.weight: is null; write a number above 0',
    ],
    [
      'tier zero',
      4,
      '  m: { targets: [ { provider: main, tier: 0 } ] }',
      '4:43  models.m.targets.0.tier: is 0; write a whole number above 0',
    ],
    [
      'half a tier',
      4,
      '  m: { targets: [ { provider: main, tier: 1.5 } ] }',
      '4:43  models.m.targets.0.tier: is 1.5; write a whole number above 0',
    ],
    [
      'an empty tier',
      4,
      '  m: { targets: [ { provider: main, tier: 2 } ] }',
      '4:8  models.m.targets: tier 1 has no target and tier 2 has; number the tiers 1, 2, 3',
    ],
    [
      'a gap between tiers',
      4,
      '  m: { targets: [ { provider: main }, { provider: main, model: x, tier: 3 } ] }',
      '4:8  models.m.targets: tier 2 has no target and tier 3 has; number the tiers 1, 2, 3',
    ],
    ['no targets', 4, '  m: { targets: [] }', '4:8  models.m.targets: is empty; write [ { provider: NAME } ]'],
    [
      'a wait without end',
      4,
      '  m: { targets: [ { provider: main } ], wait: 2m }',
      '4:47  models.m.wait: is "2m"; write a duration from 0s to 60s, such as 2s',
    ],
    [
      'a wait below zero',
      4,
      '  m: { targets: [ { provider: main } ], wait: -1s }',
      '4:47  models.m.wait: is "-1s"; write a duration from 0s',
    ],
    [
      'an affinity misspelt',
      4,
      '  m: { targets: [ { provider: main } ], affinity: prefx }',
      '4:51  models.m.affinity: is "prefx"; did you mean prefix?',
    ],
    [
      'an affinity by something else',
      4,
      '  m: { targets: [ { provider: main } ], affinity: { by: heder } }',
      '4:57  models.m.affinity.by: is "heder"; did you mean header?',
    ],
    [
      'an affinity of another form',
      4,
      '  m: { targets: [ { provider: main } ], affinity: [header] }',
      '4:41  models.m.affinity: is not a mapping; write a mapping with names from by, header',
    ],
    [
      'an affinity by what cannot be a header',
      4,
      '  m: { targets: [ { provider: main } ], affinity: { by: header, header: "x y" } }',
      '4:73  models.m.affinity.header: is "x y"; write the name of a header',
    ],
    [
      'a header that nobody looks at',
      4,
      '  m: { targets: [ { provider: main } ], affinity: { by: prefix, header: x-a } }',
      '4:65  models.m.affinity.header: is not looked at with by: prefix; take it out, or write by: header',
    ],
    [
      'a target twice',
      4,
      '  m: { targets: [ { provider: main }, { provider: main, weight: 2 } ] }',
      '4:39  models.m.targets.1: is the same upstream as target 0; keep one and set its weight',
    ],
    [
      'an alias of another model',
      4,
      '  m: { targets: [ { provider: main } ] }\n  n: { aliases: [m], targets: [ { provider: main } ] }',
      '5:18  models.n.aliases.0: m already leads to m; keep one of the two',
    ],
    [
      'an alias twice',
      4,
      '  m: { aliases: [x], targets: [ { provider: main } ] }\n  n: { aliases: [x], targets: [ { provider: main } ] }',
      '5:18  models.n.aliases.0: x already leads to m; keep one of the two',
    ],
    [
      'a wildcard alias',
      4,
      '  m: { aliases: ["x*"], targets: [ { provider: main } ] }',
      '4:18  models.m.aliases.0: is a wildcard; give it targets of its own under models',
    ],
    [
      'a wildcard in the middle',
      4,
      '  "a*b": { targets: [ { provider: main } ] }',
      '4:3  models.a*b: has a * that is not at the end; write * alone or',
    ],
    [
      'a wildcard with aliases',
      4,
      '  "*": { aliases: [x], targets: [ { provider: main } ] }',
      '4:10  models.*.aliases: says something of one model, and a wildcard is none; take it out',
    ],
    [
      'a model name with a space',
      4,
      '  a b: { targets: [ { provider: main } ] }',
      '4:3  models."a b": is not a model name; write one without spaces',
    ],
    [
      'an unknown price',
      4,
      '  m: { targets: [ { provider: main } ], prices: { inptu: 1 } }',
      '4:51  models.m.prices.inptu: is not a name known here; did you mean input?',
    ],
    [
      'a price below zero',
      4,
      '  m: { targets: [ { provider: main } ], prices: { input: -1 } }',
      '4:58  models.m.prices.input: is -1; write US$ per million tokens, 0 or more',
    ],
  ])('with %s are refused by place and cure', (_, line, text, fault) => {
    expect(faultsOf(soundBut({ [line]: text }))).toEqual([expect.stringContaining(`${FILE}:${fault}`)]);
  });
});
