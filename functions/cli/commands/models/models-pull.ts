import { join, relative } from 'node:path';
import { DEFAULT_ATTEMPTS } from '../../../checkpoints/pull/attempts.ts';
import { checkpointReference } from '../../../checkpoints/pull/checkpoint-reference.ts';
import { freeBytes } from '../../../checkpoints/pull/disk-error.ts';
import { type HubSettings, openHub } from '../../../checkpoints/pull/hub.ts';
import { KNOWN_MODELS } from '../../../checkpoints/pull/known-models.ts';
import { LOCK_FILE } from '../../../checkpoints/pull/models-lock.ts';
import {
  type PulledCheckpoint,
  type PullReport,
  pullCheckpoint,
} from '../../../checkpoints/pull/pull-checkpoint.ts';
import type { PulledLayout } from '../../../checkpoints/pull/wanted-files.ts';
import { readHubEnvironment } from '../../../config.ts';
import { DEFAULT_MODEL, MODELS_FOLDER } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, explain } from '../../../terminal/exit-code.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { type Input, receivedText } from '../../../terminal/flags.ts';
import { laidOut } from '../../../terminal/layout.ts';
import type { Output } from '../../../terminal/output.ts';
import { sizeText, type Transfer, withTransfer } from '../../../terminal/transfer.ts';
import { CHECKPOINTS_FOLDER, SHOWN_MODELS_FOLDER } from '../../places.ts';
import { JSON_FLAG } from '../../shared-flags.ts';

const flags = {
  mirror: {
    type: 'string',
    value: 'URL',
    about: 'Take the files from this mirror of the hub. Default: HF_ENDPOINT.',
    check: checkUrl,
  },
  out: {
    type: 'string',
    value: 'FOLDER',
    about: `Where the files go. Default: ${SHOWN_MODELS_FOLDER}/checkpoints/NAME.`,
    check: checkNotEmpty,
  },
  lock: {
    type: 'string',
    value: 'FILE',
    about: `Where digests are kept. Default: ${SHOWN_MODELS_FOLDER}/${LOCK_FILE}.`,
    check: checkNotEmpty,
  },
  update: { type: 'boolean', about: 'Take the revision as it is now, and lock it anew.' },
  onnx: { type: 'boolean', about: 'Take ready ONNX files (onnx/vision_model.onnx, onnx/text_model.onnx).' },
  quantised: { type: 'boolean', about: 'Take the quantised ONNX files.' },
  json: JSON_FLAG,
} as const;

export const modelsPull = command({
  usage:
    'models pull NAME|hf:OWNER/REPO[@REVISION] [--mirror URL] [--out FOLDER] [--onnx [--quantised]] [--update] [--json]',
  about: `Downloads a CLIP checkpoint from the Hugging Face hub, for \`cliptag models compile NAME\`. An interrupted download goes on
where it stopped. Every file is compared with its SHA-256: the one in ${SHOWN_MODELS_FOLDER}/${LOCK_FILE}, where the first pull
writes what the hub declares. No pickles are read: only safetensors and ONNX.

Names:
${knownNames().join('\n')}

Environment: HF_ENDPOINT (a mirror), HF_TOKEN (sent to HF_ENDPOINT's own host only), HTTPS_PROXY, HTTP_PROXY, NO_PROXY.
--json: {"name","folder","repo","commit","licence","files":[{"path","sha256","bytes"}]}
Exit code: 0; 1 when it could not be downloaded; 2 when it was asked for wrongly.`,
  example: 'models pull vit-b-32-256-datacomp',
  flags,
  check: ({ operands }) => nameFaults(operands),
  run: async (input, output) => {
    if (input.operands.join() === DEFAULT_MODEL) {
      await output.line(
        'The embedded model is part of the repository and ready for use: there is nothing to pull.',
      );
      return EXIT.done;
    }
    const { reference, folder, lockPath, layout } = asked(input);
    const { flags: given } = input;
    const hub = openHub(hubSettings(given.mirror));
    try {
      const pulled = await withTransfer((transfer) =>
        pullCheckpoint(reference, {
          ...{ folder, lockPath, layout, hub, freeBytes, update: given.update ?? false },
          attempts: { ...DEFAULT_ATTEMPTS, onRetry: (fault, wait) => output.remark(retryText(fault, wait)) },
          report: reportTo(transfer, output),
        }),
      );
      await output.line(given.json ? JSON.stringify(pulled) : summary(pulled));
      return EXIT.done;
    } finally {
      await hub.close();
    }
  },
});

/** The token is for HF_ENDPOINT: a mirror elsewhere never sees it. */
function hubSettings(mirror: string | undefined): HubSettings {
  const { token, ...environment } = readHubEnvironment();
  const endpoint = mirror ?? environment.endpoint;
  const isHub = new URL(endpoint).origin === new URL(environment.endpoint).origin;
  return { ...environment, endpoint, token: isHub ? token : undefined };
}

function knownNames(): readonly string[] {
  const rows = Object.entries(KNOWN_MODELS).map(([name, { about, licence }]) => [
    ...[`  ${name}`, `${about} (${licence})`],
  ]);
  return laidOut(rows, ({ length }) => length);
}

function nameFaults(operands: readonly string[]): readonly string[] {
  if (operands.length === 1) return [];
  const names = Object.keys(KNOWN_MODELS).join(', ');
  return [
    `expected a NAME or hf:OWNER/REPO[@REVISION] but received ${receivedText(operands)} (names: ${names})`,
  ];
}

/** @throws {InvalidInput} for a name that names no checkpoint */
function asked({ flags: given, operands: [text = ''] }: Input<typeof flags>) {
  const reference = checkpointReference(text);
  const layout: PulledLayout = given.quantised ? 'onnx-quantised' : given.onnx ? 'onnx' : reference.layout;
  // Each layout has its own folder: `models compile` could not tell which of them is meant.
  const name = layout === reference.layout ? reference.name : `${reference.name}-${layout}`;
  return {
    reference: { ...reference, name },
    layout,
    folder: given.out ?? join(CHECKPOINTS_FOLDER, name),
    lockPath: given.lock ?? join(MODELS_FOLDER, LOCK_FILE),
  };
}

function reportTo({ plan, position }: Transfer, { remark }: Output): PullReport {
  return {
    ...{ plan, position, remark },
    finished: (path, bytes, state) => {
      position(path, bytes);
      remark(`${path}: ${sizeText(bytes)}, verified${state === 'present' ? ' (was there)' : ''}`);
    },
  };
}

function retryText(fault: Error, waitMilliseconds: number): string {
  return `${explain(fault)}; next attempt in ${(waitMilliseconds / 1000).toFixed(0)} s`;
}

function summary({ name, repo, commit, licence, folder, files }: PulledCheckpoint): string {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const fromHere = relative('', folder);
  const place = fromHere.startsWith('..') ? folder : fromHere || '.';
  return [
    `${name}: ${files.length} files, ${sizeText(total)}, ${repo} at ${commit.slice(0, 12)}, licence ${licence}`,
    `in ${place}; next: cliptag models compile ${place}`,
  ].join('\n');
}

function checkUrl(value: string): string | undefined {
  return URL.canParse(value) && /^https?:/.test(value) ? undefined : 'an http: or https: URL';
}
