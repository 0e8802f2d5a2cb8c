import type { ApiPorts } from '../../api/api-ports.ts';
import type { Background } from '../../core/calibration/background.ts';
import type { PromptEncoder } from '../../core/labels/embedding.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import type { Tagger } from '../../core/tagging/tag-image.ts';
import type { DynamoDbEndpoint } from '../dynamodb/dynamodb-endpoint.ts';
import type { Labelling } from '../label-sets/labelling.ts';
import type { LiveLabelSets } from '../label-sets/live-label-sets.ts';
import { ownLabelSetChanges } from '../label-sets/own-label-set-changes.ts';
import type { OwnLabelSets } from '../label-sets/own-label-sets.ts';
import type { CollectedImages } from './collected-images.ts';
import { labelLearning } from './label-learning.ts';
import { labelPreviews } from './label-previews.ts';
import { shownLabelSets } from './shown-label-sets.ts';

type LabelSetPorts = Required<
  Pick<ApiPorts, 'labelSets' | 'saveLabelSet' | 'deleteLabelSet' | 'previewLabelSet' | 'learnLabel' | 'retag'>
>;

export interface LabelSetPortsOptions {
  readonly pipeline: {
    readonly labelSets: LiveLabelSets;
    readonly ownLabelSets: OwnLabelSets;
    readonly dynamodb: Pick<DynamoDbEndpoint, 'readImages'>;
    readonly tagger: Tagger & { readonly table: ScannableTable };
  };
  readonly labelling: Labelling;
  readonly collected: CollectedImages;
  /** Of the pipeline's model. */
  readonly textEncoder: PromptEncoder;
  /** Pictures that come with it. */
  readonly background: () => Promise<Background | undefined>;
}

/** Label sets as the API asks for them: what is in use, what is written in the page, and what words would find. */
export function labelSetPorts({
  pipeline,
  labelling,
  collected,
  textEncoder,
  background,
}: LabelSetPortsOptions): LabelSetPorts {
  const { labelSets, ownLabelSets, dynamodb, tagger } = pipeline;
  const changes = ownLabelSetChanges(ownLabelSets, labelSets);
  const shown = async () => shownLabelSets(await labelling.state(), changes.isOwn);
  return {
    labelSets: shown,
    async saveLabelSet(request) {
      await changes.save(request);
      return shown();
    },
    async deleteLabelSet(name) {
      await changes.remove(name);
      return shown();
    },
    previewLabelSet: labelPreviews({ collected, textEncoder, readImages: dynamodb.readImages }),
    learnLabel: labelLearning({
      ...{ live: labelSets, own: ownLabelSets, textEncoder, background, reader: tagger },
      ...{ table: tagger.table, now: tagger.now, readImages: dynamodb.readImages },
    }),
    async retag() {
      labelling.retag();
      return shown();
    },
  };
}
