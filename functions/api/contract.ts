import { z } from 'zod';
import { IMAGE_STATUSES } from '../core/records/image-record.ts';
import { MAXIMUM_PAGE_SIZE } from '../core/search/image-search.ts';

/**
 * What goes over the HTTP API, each way: the one contract between its server, the typed client, the page and the command
 * line. Paths are below `/api/v1`.
 */

const label = z.object({ set: z.string(), label: z.string() });

export const tag = label.extend({ score: z.number().min(0).max(1) });
export const labelCount = label.extend({ count: z.int().min(0) });
export const correction = label.extend({ isThere: z.boolean(), correctedAt: z.string() });

/** An image, as lists show it. Addresses are relative to the API's, and lead to what is there now. */
export const image = z.object({
  bucket: z.string(),
  key: z.string(),
  status: z.enum(IMAGE_STATUSES),
  reason: z.string().optional(),
  reasonCode: z.string().optional(),
  score: z.number().min(0).max(1).optional(),
  isBeyond: z.boolean().optional(),
  eTag: z.string().optional(),
  sizeBytes: z.int().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  format: z.string().optional(),
  tags: z.array(tag),
  corrections: z.array(correction).optional(),
  modelDigest: z.string().optional(),
  /** Whether its tags are of another model than the pipeline's, so that scores do not compare. */
  isOfOtherModel: z.boolean().optional(),
  recordedAt: z.string(),
  takenAt: z.string().optional(),
  camera: z.string().optional(),
  latitude: z.number().optional(),
  longitude: z.number().optional(),
  colour: z.string().optional(),
});

export const searchQuery = z.object({
  q: z.string().max(2_000).default(''),
  order: z.enum(['best', 'newest', 'oldest', 'name']).optional(),
  limit: z.coerce.number().int().min(1).max(MAXIMUM_PAGE_SIZE).default(50),
  cursor: z.string().max(4_000).optional(),
  all: z.stringbool().default(false),
  facets: z.stringbool().default(false),
});

export const searchAnswer = z.object({
  understood: z.string(),
  images: z.array(image),
  total: z.int().min(0),
  facets: z.array(labelCount).optional(),
  cursor: z.string().optional(),
});

export const imageName = z.object({ bucket: z.string().min(1), key: z.string().min(1) });

export const duplicatesAnswer = z.object({
  groups: z.array(z.object({ kind: z.enum(['photo', 'scene']), images: z.array(image) })),
  total: z.int().min(0),
  cursor: z.string().optional(),
});

export const labelsAnswer = z.object({ labels: z.array(labelCount) });

export const correctionsRequest = imageName.extend({
  add: z.array(label).max(100).default([]),
  remove: z.array(label).max(100).default([]),
});

/** A presigned POST: a form with these fields, the file last, sent to the address. */
export const uploadRequest = z.object({ name: z.string().min(1).max(1_024), bucket: z.string().optional() });
export const uploadAnswer = imageName.extend({ url: z.string(), fields: z.record(z.string(), z.string()) });

export const statusAnswer = z.object({
  queue: z.object({ visible: z.int().min(0), inFlight: z.int().min(0) }),
  deadLetters: z.int().min(0),
  images: z.record(z.enum(IMAGE_STATUSES), z.int().min(0)),
  imagesPerSecond: z.number().min(0).optional(),
});

/** Problem details (RFC 9457). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  /** Of `docs/error-codes.md`. */
  code: z.string(),
  /** Where a query is wrong: the first column is 1. */
  column: z.int().optional(),
});

/**
 * GET  /search?q&order&limit&cursor&all&facets → searchAnswer
 * GET  /similar?bucket&key&q&limit&cursor&all  → searchAnswer;  POST /similar (a picture as the body) → searchAnswer
 * GET  /duplicates?kind&q&limit&cursor         → duplicatesAnswer
 * GET  /labels                                 → labelsAnswer
 * GET  /images?bucket&key                      → image
 * GET  /thumbnails?bucket&key&eTag             → the picture, or 302 to a presigned address
 * GET  /originals?bucket&key                   → the picture, or 302 to a presigned address
 * POST /corrections (correctionsRequest)       → image
 * POST /retries (imageName)                    → 202: the image is worked on anew
 * POST /uploads (uploadRequest)                → uploadAnswer; a key that is taken gets a number
 * GET  /status                                 → statusAnswer
 * GET  /events                                 → server-sent events `image` (an image as above), on one machine only
 * GET  /openapi.json
 */
export const API_BASE = '/api/v1';

export type ApiImage = z.infer<typeof image>;
export type SearchAnswerBody = z.infer<typeof searchAnswer>;
export type StatusAnswer = z.infer<typeof statusAnswer>;
