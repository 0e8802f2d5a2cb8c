import type { HandlerFigures, ImageCost, RoundCost, Variant } from './handler-run.ts';
import { median, minimum } from './rounds.ts';

/** Stage by stage, with what waits for stores in it. */
export function singleLines({ single }: HandlerFigures): string[] {
  const stages = Object.keys(single[0] ?? {}) as Array<keyof (typeof single)[number]>;
  return stages.map((stage) => {
    const values = single.map((one) => one[stage]);
    return line(stage, `${figure(minimum(values))} ${figure(median(values))} ms`);
  });
}

/** What the handler costs beyond decode + encode, by the day's clock and by the processor's. */
export function batchLines(rounds: readonly RoundCost[]): string[] {
  const variants = Object.keys(rounds[0] ?? {}) as Variant[];
  return [
    ...variants.map((name) => line(name, describe(rounds.map((round) => round[name])))),
    ...variants.slice(1).map((name) => {
      const share = (clock: keyof ImageCost) =>
        percent(median(rounds.map((round) => round[name][clock] / round['decode + encode'][clock] - 1)));
      return line(
        `${name}: beyond it`,
        `${share('wall')} by the clock, ${share('processor')} by the processor`,
      );
    }),
  ];
}

export function memoryLine({ peakRssBytes }: HandlerFigures): string {
  return line('peak RSS', `${(peakRssBytes / 2 ** 20).toFixed(0)} MiB`);
}

function describe(costs: readonly ImageCost[]): string {
  const both = (clock: keyof ImageCost) => {
    const values = costs.map((cost) => cost[clock]);
    return `${figure(minimum(values))} ${figure(median(values))} ms`;
  };
  return `${both('wall')}   processor ${both('processor')}`;
}

function line(what: string, value: string): string {
  return `  ${what.padEnd(30)} ${value}`;
}

function figure(milliseconds: number): string {
  return milliseconds.toFixed(1).padStart(7);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
