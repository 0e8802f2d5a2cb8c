import type { ScenarioKind } from './random-scenario.ts';

/** What scenarios are about, one after the other. */
export const KINDS: ReadonlyArray<ScenarioKind & { readonly title: string }> = [
  { title: 'duplicates and reordering', faults: false, deployments: false },
  { title: 'duplicates, reordering and runs cut short after any write', faults: true, deployments: false },
  { title: 'two deployments tagging at once', faults: false, deployments: true },
  {
    title: 'two deployments tagging at once and runs cut short after any write',
    faults: true,
    deployments: true,
  },
  { title: 'retagging beside uploads', faults: false, deployments: false, retags: true },
  { title: 'corrections beside uploads', faults: false, deployments: false, corrections: true },
  {
    title:
      'corrections and retagging beside uploads, two deployments at once and runs cut short after any write',
    faults: true,
    deployments: true,
    retags: true,
    corrections: true,
  },
  { title: 'listings beside uploads', faults: false, deployments: false, listings: true },
  {
    title:
      'listings and retagging beside uploads, two deployments at once and runs cut short after any write',
    faults: true,
    deployments: true,
    retags: true,
    listings: true,
  },
  {
    title: 'retagging beside uploads, two deployments at once and runs cut short after any write',
    faults: true,
    deployments: true,
    retags: true,
  },
];
