import type { DataWord } from '../../core/evaluation/true-labels.ts';

/** A picture whose labels are known. */
export interface LabelledPicture {
  /** As reports call it: its path, or its place in a packed file. */
  readonly name: string;
  /** Its own label, then others that are true of it as well. */
  readonly labels: readonly string[];
  /** @throws {ImageFault} `not-readable`, `empty` or `too-large` */
  read(): Promise<Uint8Array>;
}

/** A label of a data set, and how the model is asked about it. */
export interface DataLabel extends DataWord {
  /** As it stands in the data set, e.g. the folder's name. */
  readonly label: string;
  /** Whether it has enough pictures to be told from the others. */
  readonly isCandidate: boolean;
}

export interface PictureSet {
  readonly labels: readonly DataLabel[];
  readonly pictures: readonly LabelledPicture[];
  /** Pictures of other splits than the chosen one, whose labels were asked for in every split. */
  readonly ofOtherSplits?: readonly LabelledPicture[];
  /** What was passed over, and why. */
  readonly remarks: readonly string[];
  close(): Promise<void>;
}

/** Which pictures of a packed photo set are meant. */
export interface SplitChoice {
  /** @default test */
  readonly split?: string | undefined;
  /** Labels whose pictures in other splits are wanted as well. @default none */
  readonly everySplitOf?: readonly string[] | undefined;
}
