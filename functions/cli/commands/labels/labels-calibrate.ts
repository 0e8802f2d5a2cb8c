import { command } from '../../../terminal/command.ts';
import { unansweredFaults } from '../../../terminal/confirmation.ts';
import { receivedText } from '../../../terminal/flags.ts';
import { tableFlagFaults } from '../../pipeline/table-flags.ts';
import { CALIBRATE_FLAGS, type CalibrateFlags } from './calibration/calibrate-flags.ts';

export const labelsCalibrate = command({
  usage: `labels calibrate SET|FILE [--from FOLDER|MANIFEST|corrections]… [--precision P | --best-f1] [--html FILE [--open]]
       [--dry-run | --yes] [--labels FILE|FOLDER]… [--model NAME|FOLDER] [--prefix P] [--bucket B] [--json]
       cliptag labels calibrate SET|FILE --stack NAME [--region REGION] …
       cliptag labels calibrate SET|FILE --remove`,
  about: `Makes a label set's scores mean something: how likely a picture shows the label. With no labelled pictures, each label's score
says how far a picture stands above pictures without it, in your own collection and in those that come with the model; --from
makes a probability of that which was measured (docs/calibration.md). No picture of the collection is read or encoded.

Shows what would change, and asks; then writes it beside the label set, FILE.fits.json, for this model alone. Retag then:
\`npx cliptag retag\`. With --stack, the stack's images are gone by; deploy it with the label set, then retag. Calibrating again
replaces what was found before, and keeps learned labels. What people have corrected is never changed.

--json: {"labelSet","mode","path","model","modelDigest","images":{"collection","background","labelled"},"temperature","version",
"isChanged","isWritten","tagged":{"before","after"},"tags":{"before","after"},"labels":[{"label","shown":{"before","after"},
"minimumScore","null","method","share","positives","negatives","threshold"?,"calibration"?,"remarks"}],"unknown"?,"remarks"}.
Exit code: 0; 1 when the answer was no; 2 when it was asked for wrongly.`,
  example: 'labels calibrate my-labels.yaml --from ~/labelled --precision 0.9 --html report.html',
  operands: 'label sets and files',
  flags: CALIBRATE_FLAGS,
  check: ({ flags: given, operands }) => [
    ...(operands.length === 1 && operands[0] !== ''
      ? []
      : [`expected one label set, its file or its name, but received ${receivedText(operands)}`]),
    ...aimFaults(given),
    ...removalFaults(given),
    ...placeFaults(given),
    ...(given.open && given.html === undefined ? ['--open needs --html'] : []),
    ...unansweredFaults(given),
  ],
  run: async ({ flags: given, operands: [set = ''] }, output) => {
    if (given.remove) {
      const { removeCalibration } = await import('./calibration/calibration-removal.ts');
      return removeCalibration(set, given, output);
    }
    const { calibrate } = await import('./calibration/calibration-run.ts');
    return calibrate(set, given, output);
  },
});

function aimFaults({ from, precision, 'best-f1': bestF1 }: CalibrateFlags): readonly string[] {
  if (precision !== undefined && bestF1) return ['expected one of --precision and --best-f1'];
  return bestF1 && from === undefined
    ? ['--best-f1 needs --from: without labelled pictures nothing is measured']
    : [];
}

/** Which flags do not go with `--remove`. */
function removalFaults({ remove, from, html, ...given }: CalibrateFlags): readonly string[] {
  if (!remove) return [];
  const odd = { from, html, prefix: given.prefix, bucket: given.bucket };
  return Object.entries(odd).flatMap(([name, value]) =>
    value === undefined ? [] : [`--remove calibrates nothing: expected no --${name}`],
  );
}

function placeFaults(given: CalibrateFlags): readonly string[] {
  const isDeployed = given.stack !== undefined || given.table !== undefined;
  const isOfTable = isDeployed || given.prefix !== undefined || given.bucket !== undefined;
  return [
    ...tableFlagFaults(given),
    ...(isDeployed && given['http-port'] !== undefined
      ? ['--http-port is for the local pipeline, not for what is deployed']
      : []),
    ...(given['no-collection'] && isOfTable
      ? ['--no-collection reads no table: expected no part of one']
      : []),
    ...(given['no-collection'] && given.from?.includes('corrections')
      ? ['--from corrections needs the table: expected no --no-collection']
      : []),
  ];
}
