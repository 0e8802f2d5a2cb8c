import { DEFAULT_LABEL_SET } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkNotEmpty, checkScore } from '../../../terminal/flag-checks.ts';
import { receivedText } from '../../../terminal/flags.ts';
import { SAMPLE_FOLDER } from '../../places.ts';
import { JSON_FLAG, LABELS_FLAG } from '../../shared-flags.ts';
import { DEFAULT_BARS } from './verification/verification.ts';

const flags = {
  against: {
    type: 'string',
    value: 'NAME|FOLDER',
    about: 'A float32 model, or a checkpoint. Default: the pulled checkpoint that FOLDER was compiled from.',
    check: checkNotEmpty,
  },
  pictures: {
    type: 'string',
    multiple: true,
    value: 'FOLDER',
    about: 'Pictures to compare by. Default: the sample photographs.',
    check: checkNotEmpty,
  },
  labels: LABELS_FLAG,
  reference: {
    type: 'string',
    value: 'FILE',
    about:
      'JSON of embeddings by the original code: {"images":{NAME:{"embedding"}},"texts":{TEXT:[…]},"logit_scale"}.',
    check: checkNotEmpty,
  },
  'min-mean': {
    type: 'string',
    value: 'COSINE',
    about: `Least mean of cosines. Default: ${DEFAULT_BARS.mean}.`,
    check: checkScore,
  },
  'min-cosine': {
    type: 'string',
    value: 'COSINE',
    about: `Least cosine of any picture or text. Default: ${DEFAULT_BARS.minimum}.`,
    check: checkScore,
  },
  'min-top1': {
    type: 'string',
    value: 'SHARE',
    about: `Least share of pictures with the same best label. Default: none, it is shown only.`,
    check: checkScore,
  },
  json: { ...JSON_FLAG, about: 'Print one JSON object.' },
} as const;

export const modelsVerify = command({
  usage: `models verify NAME|FOLDER [--against NAME|FOLDER] [--reference FILE] [--pictures FOLDER]…
       [--labels FILE|FOLDER]… [--min-mean COSINE] [--min-cosine COSINE] [--min-top1 SHARE] [--json]`,
  about: `Compares a model with what it stands for, by pictures and by the prompts of label sets: with the float32 model of the
same checkpoint (a checkpoint is compiled into a temporary folder for it), with embeddings that the original code gave,
and, picture by picture, with itself when it encodes several at once. Its files are compared with their checksums first.
Pictures are decoded by Cliptag; the original code's embeddings differ by what its own decoding and resizing differ, too.
--json: {"model","modelDigest","folder","files","float32"?,"reference"?,"pixels","pictures","texts","broken":[{"path","reason"}],
"comparisons":[{"of":"model"|"float32","with":"float32"|"reference"|"batches","images"?,"texts"?: {"count","mean","minimum",
"percentile1","percentile5","median"},"worst":[{"path","cosine"}],"ranks":[{"labelSet","labels","pictures","top1","top5"}]}],
"judgements":[{"what","bar","value","met"}]}
Exit code: 0; 1 when a bar was missed or not one picture could be compared; 2 when it was asked for wrongly, the files are not what the
manifest says, or the two cannot be compared.`,
  example: 'models verify vit-b-32-256-datacomp',
  operands: 'models and files',
  flags,
  check: ({ operands }) =>
    operands.length === 1
      ? []
      : [`expected one NAME or FOLDER of a model but received ${receivedText(operands)}`],
  run: async ({ flags: given, operands: [model = ''] }, output) => {
    // Loaded only now, so that help and faults of the command line do not wait for them.
    const { verify } = await import('./verification/verification-run.ts');
    const verification = await verify({
      model,
      against: given.against,
      reference: given.reference,
      pictures: given.pictures ?? [SAMPLE_FOLDER],
      labels: given.labels ?? [DEFAULT_LABEL_SET],
      bars: {
        mean: Number(given['min-mean'] ?? DEFAULT_BARS.mean),
        minimum: Number(given['min-cosine'] ?? DEFAULT_BARS.minimum),
        ...(given['min-top1'] !== undefined && { top1: Number(given['min-top1']) }),
      },
    });
    if (given.json) await output.line(JSON.stringify(verification));
    else {
      const { verificationText } = await import('./verification/verification-text.ts');
      for (const line of verificationText(verification)) await output.line(line);
    }
    const { judgements, pictures } = verification;
    if (pictures === 0) output.fault('cliptag models verify: not one picture could be compared');
    return pictures > 0 && judgements.every(({ met }) => met) ? EXIT.done : EXIT.failed;
  },
});
