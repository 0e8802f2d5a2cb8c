import type { LabelSetChange } from '../../core/labels/label-set-changes.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import { newsLines, othersLines, retagLines } from './label-sets-text.ts';
import type { LabelSetsInUse, LiveLabelSets } from './live-label-sets.ts';
import { type LocalRetag, localRetag, type RetagProgress } from './local-retag.ts';

/** The label sets of the moment, and what is to be done about pictures that have others. */
export interface LabellingState extends LabelSetsInUse {
  /** Tagged pictures whose tags come from other label sets. */
  readonly others: number;
  readonly faults: readonly string[];
  /** The last changes, while pictures have tags of before. */
  readonly changes: readonly LabelSetChange[];
  readonly retag?: RetagProgress | undefined;
}

/** Follows the pipeline's label sets, tells what changes, and retags when it is told to. */
export interface Labelling {
  state(): Promise<LabellingState>;
  retag(): RetagProgress;
  /** Says on the terminal how many pictures have tags of other label sets, if some have. */
  tellOthers(): Promise<void>;
  /** Takes over what has changed without waiting to be told of it. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface LabellingOptions {
  readonly labelSets: LiveLabelSets;
  readonly table: ScannableTable;
  readonly countOthers: () => Promise<number>;
  /** The command that retags, as the terminal shows it. */
  readonly command: () => string;
  readonly print: (line: string) => void;
  /** Has open pages ask for the state anew. */
  readonly tellPages: () => void;
}

/** Pages are told no more often how far a retag is. */
const PROGRESS_MILLISECONDS = 250;

export function openLabelling(options: LabellingOptions): Labelling {
  const { labelSets, table, countOthers, command, print, tellPages } = options;
  const retag: LocalRetag = localRetag({ table, labelSets, countOthers });
  let changes: readonly LabelSetChange[] = [];
  let others = 0;
  let told = Promise.resolve();

  labelSets.onNews((news) => {
    if (news.kind === 'changed') changes = news.changes;
    tellPages();
    // One after the other, for counting may take a while.
    told = told
      .then(async () => {
        const counted = news.kind === 'faulty' ? 0 : await countOthers();
        for (const line of newsLines(news, counted, command())) print(line);
      })
      .catch((error: unknown) => print(`Pictures of other label sets cannot be counted: ${error}`));
  });
  retag.onProgress((progress) => {
    for (const line of retagLines(progress)) print(line);
  });
  retag.onProgress(seldom(tellPages));

  return {
    async state() {
      const progress = retag.progress();
      // Asked for again and again meanwhile, when the number says nothing that progress does not.
      if (progress?.state !== 'running') others = await countOthers();
      return {
        ...{ ...labelSets.now(), others, faults: labelSets.faults(), changes: others > 0 ? changes : [] },
        ...(progress && { retag: progress }),
      };
    },
    retag: retag.start,
    async tellOthers() {
      for (const line of othersLines(await countOthers(), command())) print(line);
    },
    look: labelSets.look,
    async close() {
      await retag.close();
      await told;
    },
  };
}

/** Passes on the end at once, and progress now and then. */
function seldom(tell: () => void): (progress: RetagProgress) => void {
  let toldAt = 0;
  return ({ state, images }) => {
    if (state === 'running' && images > 0 && Date.now() - toldAt < PROGRESS_MILLISECONDS) return;
    toldAt = Date.now();
    tell();
  };
}
