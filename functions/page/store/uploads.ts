import { signal } from '@preact/signals';
import { asError } from './answer.ts';
import * as api from './api.ts';
import { announcement } from './notices.ts';

/** A file on its way to the bucket. */
export interface Upload {
  readonly file: File;
  /** With the folders that it came in. */
  readonly name: string;
  /** `known`: the very same file was there already. */
  state: 'waiting' | 'sending' | 'sent' | 'known' | 'failed' | 'cancelled';
  sentBytes: number;
  fault?: string;
  request?: XMLHttpRequest;
}

export interface Uploads {
  readonly all: readonly Upload[];
}

/** A new object at each change, of the same files. */
export const uploads = signal<Uploads>({ all: [] });

/** Servers and browsers share a handful of connections, of which one listens for events. */
const MAXIMUM_AT_ONCE = 3;

/** What systems leave in folders, and no one means to upload. */
const LITTER = /^(?:\..*|Thumbs\.db|desktop\.ini)$/i;

export function upload(files: ReadonlyArray<{ readonly file: File; readonly name: string }>): void {
  const wanted = files.filter(({ name }) => !name.split('/').some((part) => LITTER.test(part)));
  const added = wanted.map(({ file, name }): Upload => ({ file, name, state: 'waiting', sentBytes: 0 }));
  uploads.value = { all: [...uploads.value.all, ...added] };
  work();
}

export function cancelUploads(): void {
  for (const one of uploads.value.all) {
    if (one.state === 'waiting' || (one.state === 'sending' && !one.request)) one.state = 'cancelled';
    one.request?.abort();
  }
  show();
}

export function retryUploads(): void {
  for (const one of uploads.value.all) {
    if (one.state === 'failed' || one.state === 'cancelled')
      Object.assign(one, { state: 'waiting', sentBytes: 0 });
  }
  show();
  work();
}

export function forgetUploads(): void {
  uploads.value = { all: [] };
}

export function countOf(state: Upload['state'], { all } = uploads.value): number {
  return all.reduce((count, one) => count + (one.state === state ? 1 : 0), 0);
}

function work(): void {
  const { all } = uploads.value;
  let free = MAXIMUM_AT_ONCE - countOf('sending');
  for (const one of all) {
    if (free <= 0) break;
    if (one.state !== 'waiting') continue;
    free -= 1;
    void send(one).then(work);
  }
  if (all.length > 0 && countOf('sending') + countOf('waiting') === 0) announceEnd();
}

function announceEnd(): void {
  const failed = countOf('failed');
  const known = countOf('known');
  announcement.value = `${countOf('sent')} uploaded${known > 0 ? `, ${known} already there` : ''}${failed > 0 ? `, ${failed} failed` : ''}`;
}

async function send(one: Upload): Promise<void> {
  one.state = 'sending';
  show();
  try {
    const form = await api.openUpload(one.name);
    if (one.state !== 'sending') return show();
    one.state = (await sendForm(one, form)) ? 'known' : 'sent';
    one.sentBytes = one.file.size;
  } catch (error) {
    if (one.state === 'sending') one.state = 'failed';
    one.fault = asError(error).message;
  }
  delete one.request;
  show();
}

/** Whether the file was there already. `fetch` tells no progress. */
function sendForm(one: Upload, { url, fields }: api.UploadForm): Promise<boolean> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append('file', one.file, 'file');
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    one.request = request;
    request.upload.addEventListener('progress', ({ loaded }) => {
      one.sentBytes = Math.min(loaded, one.file.size);
      show();
    });
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300)
        resolve(/"isAlreadyThere":\s*true/.test(request.responseText));
      else reject(new Error(refusalOf(request)));
    });
    request.addEventListener('error', () => reject(new Error('The connection broke.')));
    request.addEventListener('abort', () => {
      one.state = 'cancelled';
      reject(new Error('Cancelled.'));
    });
    request.open('POST', url);
    request.send(body);
  });
}

/** S3 answers in XML, the API in problem details. */
function refusalOf({ responseText, status }: XMLHttpRequest): string {
  const [, message] = /<Message>([^<]*)<\/Message>/.exec(responseText) ?? [];
  if (message !== undefined) return message;
  try {
    const { detail, title }: { detail?: string; title?: string } = JSON.parse(responseText);
    return detail ?? title ?? `Status ${status}`;
  } catch {
    return responseText.slice(0, 200) || `Status ${status}`;
  }
}

let isShowing = false;

/** Progress comes more often than a screen shows it. */
function show(): void {
  if (isShowing) return;
  isShowing = true;
  setTimeout(() => {
    isShowing = false;
    uploads.value = { all: uploads.value.all };
  }, 50);
}
