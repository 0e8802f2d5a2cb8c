import type {
  CalibrationMethod,
  CalibrationReport,
  ChosenThreshold,
} from '../../../../core/calibration/calibration-report.ts';
import { countText } from '../../../../terminal/amounts.ts';

/** E.g. `87.5 %`; a dash for what could not be measured. */
export function percentText(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

const METHODS: Readonly<Record<CalibrationMethod, string>> = {
  unlabelled: 'calibrated without labelled pictures',
  shrunk: 'calibrated with few labelled pictures',
  platt: 'calibrated with labelled pictures (Platt)',
  isotonic: 'calibrated with many labelled pictures (isotonic)',
};

/** How scores came to be probabilities. */
export function methodText(method: CalibrationMethod): string {
  return METHODS[method];
}

/** What a chosen threshold promises. */
export function outcomeText({ aim, outcome, precision, recall }: ChosenThreshold): string {
  const found = `precision ${percentText(precision)}, recall ${percentText(recall)}`;
  if (aim === 'f1') return `(best F1: ${found})`;
  if (outcome === 'out-of-reach') return `(the wanted precision is out of reach: ${found})`;
  return outcome === 'sure' ? `(${found})` : `(about, by few pictures: ${found})`;
}

/** Which pictures a calibration goes by. */
export function sourcesText({ images }: Pick<CalibrationReport, 'images'>): string {
  const { collection, background, labelled } = images;
  return [
    `${countText(collection)} pictures of the collection`,
    `${countText(background)} of the model's background`,
    labelled > 0 ? `${countText(labelled)} whose labels are known` : 'none whose labels are known',
  ].join(', ');
}
