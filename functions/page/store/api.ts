import type { z } from 'zod';
import { API_BASE } from '../../api/base-path.ts';
import type {
  ApiImage,
  correctionsRequest,
  duplicatesAnswer,
  LearningAnswer,
  labelSetInUse,
  labelSetPreview,
  labelSetPreviewRequest,
  labelSetRequest,
  labelSetsAnswer,
  labelsAnswer,
  learningRequest,
  problem,
  SearchAnswerBody,
  StatusAnswer,
  uploadAnswer,
  WhyAnswer,
} from '../../api/contract.ts';
import type { DuplicateKind, ImageName, Order } from '../model/address.ts';

/** All that the page asks of the API. Its types are the server's own; what a server sends is trusted to have them. */

export type Duplicates = z.infer<typeof duplicatesAnswer>;
export type DuplicateGroup = Duplicates['groups'][number];
export type LabelCount = z.infer<typeof labelsAnswer>['labels'][number];
export type LabelSets = z.infer<typeof labelSetsAnswer>;
export type LabelSetInUse = z.infer<typeof labelSetInUse>;
export type LabelSetPreview = z.infer<typeof labelSetPreview>;
export type Problem = z.infer<typeof problem>;
export type UploadForm = z.infer<typeof uploadAnswer>;
export type Corrections = z.input<typeof correctionsRequest>;

/** What the server refused, in its own words. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

/** No server has answered. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface SearchParameters {
  readonly query: string;
  readonly order?: Order | undefined;
  readonly isAll?: boolean;
  readonly wantsFacets?: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export function search(asked: SearchParameters, signal?: AbortSignal): Promise<SearchAnswerBody> {
  return ask('/search', { query: searchParameters(asked), signal });
}

/** Pictures like one that is there already. */
export function similar(
  to: ImageName,
  asked: SearchParameters,
  signal?: AbortSignal,
): Promise<SearchAnswerBody> {
  return ask('/similar', { query: { ...nameParameters(to), ...similarParameters(asked) }, signal });
}

/** Pictures like one from elsewhere, which is not kept. */
export function similarToFile(
  file: Blob,
  asked: SearchParameters,
  signal?: AbortSignal,
): Promise<SearchAnswerBody> {
  return ask('/similar', { method: 'POST', query: similarParameters(asked), body: file, signal });
}

export function duplicates(
  asked: { kind: DuplicateKind; query: string; limit: number; cursor?: string | undefined },
  signal?: AbortSignal,
): Promise<Duplicates> {
  const { kind, query, limit, cursor } = asked;
  return ask('/duplicates', { query: { kind, q: query, limit: String(limit), cursor }, signal });
}

export async function labels(): Promise<readonly LabelCount[]> {
  const answer: z.infer<typeof labelsAnswer> = await ask('/labels');
  return answer.labels;
}

export function image(name: ImageName): Promise<ApiImage> {
  return ask('/images', { query: nameParameters(name) });
}

/** Why an image carries a label, or does not; as people write it, `dog` or `general:dog`. */
export function why(name: ImageName, label: string, signal?: AbortSignal): Promise<WhyAnswer> {
  return ask('/why', { query: { ...nameParameters(name), label }, signal });
}

export function correct(corrections: Corrections): Promise<ApiImage> {
  return ask('/corrections', { method: 'POST', json: corrections });
}

export async function retry({ bucket, key }: ImageName): Promise<void> {
  await ask('/retries', { method: 'POST', json: { bucket, key } });
}

export function openUpload(name: string): Promise<UploadForm> {
  return ask('/uploads', { method: 'POST', json: { name } });
}

export function labelSets(): Promise<LabelSets> {
  return ask('/label-sets');
}

export function saveLabelSet(labelSet: z.input<typeof labelSetRequest>): Promise<LabelSets> {
  return ask('/label-sets', { method: 'PUT', json: labelSet });
}

export function deleteLabelSet(name: string): Promise<LabelSets> {
  return ask('/label-sets', { method: 'DELETE', query: { name } });
}

/** What pictures labels would be given to; nothing is kept. */
export function previewLabelSet(
  labelSet: z.input<typeof labelSetPreviewRequest>,
  signal?: AbortSignal,
): Promise<LabelSetPreview> {
  return ask('/label-sets/preview', { method: 'POST', json: labelSet, signal });
}

/** Learns a label from pictures; with `dryRun` it only says what would come of it. */
export function learnLabel(
  request: z.input<typeof learningRequest>,
  signal?: AbortSignal,
): Promise<LearningAnswer> {
  return ask('/label-sets/learn', { method: 'POST', json: request, signal });
}

export function retag(): Promise<LabelSets> {
  return ask('/label-sets/retag', { method: 'POST' });
}

export function status(): Promise<StatusAnswer> {
  return ask('/status');
}

export function events(): EventSource {
  return new EventSource(`${API_BASE}/events`);
}

export function thumbnailAddress({ bucket, key, eTag }: ImageName & { eTag?: string | undefined }): string {
  return `${API_BASE}/thumbnails?${new URLSearchParams({ bucket, key, ...(eTag !== undefined && { eTag }) })}`;
}

export function originalAddress({ bucket, key }: ImageName): string {
  return `${API_BASE}/originals?${new URLSearchParams({ bucket, key })}`;
}

type Parameters = Readonly<Record<string, string | undefined>>;

function searchParameters({ query, order, isAll, wantsFacets, limit, cursor }: SearchParameters): Parameters {
  return {
    ...(query !== '' && { q: query }),
    order,
    limit: String(limit),
    cursor,
    all: isAll ? 'true' : undefined,
    facets: wantsFacets ? 'true' : undefined,
  };
}

/** They come best first, and nobody counts their labels. */
function similarParameters({ order: _, wantsFacets: __, ...asked }: SearchParameters): Parameters {
  return searchParameters(asked);
}

function nameParameters({ bucket, key }: ImageName): Parameters {
  return { bucket, key };
}

interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Parameters;
  readonly json?: unknown;
  readonly body?: Blob;
  readonly signal?: AbortSignal | undefined;
}

async function ask<Answer>(
  path: string,
  { method = 'GET', query = {}, json, body, signal }: Asking = {},
): Promise<Answer> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const address = `${API_BASE}${path}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
  const response = await fetch(address, {
    method,
    ...(json !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    }),
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable('The server does not answer.');
  });
  const text = await response.text();
  if (!response.ok) throw new ApiProblem(problemOf(response, text));
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/** Proxies answer in ways of their own. */
function problemOf({ status: code, statusText }: Response, text: string): Problem {
  try {
    const told: unknown = JSON.parse(text);
    if (typeof told === 'object' && told !== null && 'title' in told) return told as Problem;
  } catch {
    // No JSON: the text is all there is.
  }
  const title = text.slice(0, 300) || statusText || `The server answered with status ${code}`;
  return { type: 'about:blank', title, status: code, code: 'unknown' };
}
