import { z } from 'zod';
import { EXPLAINED_SET_STATES, REASONS } from '../core/explanation/reasons.ts';
import { LABEL_SET_NAME, MAXIMUM_LABEL_LENGTH } from '../core/labels/label-set.ts';
import { IMAGE_STATUSES } from '../core/records/image-record.ts';
import { MAXIMUM_PAGE_SIZE } from '../core/search/image-search.ts';

/**
 * What goes over the HTTP API, each way: the one contract between its server, the typed client, the page and the command
 * line. Paths are below `/api/v1`. What is written at `meta` stands in the OpenAPI document (docs/openapi.json).
 */

/** S3's limits on names, which are of its own characters and bytes; a longer one names nothing. */
const bucket = z.string().min(1).max(63).meta({ example: 'photos' });
const key = z.string().min(1).max(1_024).meta({ example: '2026/harbour.jpg' });

/** As people write it, too: by a synonym, in any letter case. */
const label = z.strictObject({
  set: z.string().min(1).max(200).optional().meta({
    description: 'By default every label set of the image that knows the label.',
    example: 'general',
  }),
  label: z.string().min(1).max(200).meta({ example: 'boat' }),
});

export const tag = z
  .object({ set: z.string(), label: z.string(), score: z.number().min(0).max(1) })
  .meta({ id: 'Tag', example: { set: 'general', label: 'boat', score: 0.91 } });
export const labelCount = z
  .object({ set: z.string(), label: z.string(), count: z.int().min(0) })
  .meta({ id: 'LabelCount', example: { set: 'general', label: 'boat', count: 12 } });
export const correction = z
  .object({
    set: z.string(),
    label: z.string(),
    isThere: z.boolean(),
    correctedAt: z.string(),
    modelScore: z.number().min(0).max(1).optional().meta({ description: 'Score of the model’s own tag.' }),
    isImplied: z
      .boolean()
      .optional()
      .meta({ description: 'Whether an added label implies this broader one.' }),
  })
  .meta({ id: 'Correction' });

/** An image, as lists show it. Addresses are relative to the API's, and lead to what is there now. */
export const image = z
  .object({
    bucket: z.string(),
    key: z.string(),
    status: z.enum(IMAGE_STATUSES),
    reason: z.string().optional(),
    reasonCode: z.string().optional(),
    score: z.number().min(0).max(1).optional(),
    isBeyond: z.boolean().optional().meta({ description: 'Whether it is beyond the relevant ones.' }),
    eTag: z.string().optional(),
    sizeBytes: z.int().optional(),
    width: z.int().optional(),
    height: z.int().optional(),
    format: z.string().optional(),
    tags: z.array(tag),
    unknown: z
      .array(z.string())
      .optional()
      .meta({ description: 'Label sets that say “unknown”: none of their labels fits.' }),
    corrections: z.array(correction).optional(),
    modelDigest: z.string().optional(),
    /** Whether its tags are of another model than the pipeline's, so that scores do not compare. */
    isOfOtherModel: z
      .boolean()
      .optional()
      .meta({ description: 'Whether its tags are of another model, so that scores do not compare.' }),
    recordedAt: z.string(),
    takenAt: z.string().optional().meta({ description: 'Time of exposure as the camera’s clock had it.' }),
    camera: z.string().optional(),
    latitude: z.number().optional(),
    longitude: z.number().optional(),
    colour: z.string().optional().meta({ description: 'Mean colour, #rrggbb.' }),
  })
  .meta({
    id: 'Image',
    example: {
      bucket: 'photos',
      key: '2026/harbour.jpg',
      status: 'tagged',
      eTag: '9bb58f26192e4ba00f01e2e7b136bbd8',
      sizeBytes: 184_022,
      width: 2048,
      height: 1365,
      format: 'jpeg',
      tags: [{ set: 'general', label: 'boat', score: 0.91 }],
      recordedAt: '2026-11-30T10:00:00.000Z',
    },
  });

/** Of a query string, where all is text: exactly `true` or `false`. */
const flag = (description: string) =>
  z
    .enum(['true', 'false'])
    .optional()
    .transform((text) => text === 'true')
    .meta({ type: 'boolean', enum: undefined, default: false, description });

const limit = (byDefault: number, maximum = MAXIMUM_PAGE_SIZE) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `Expected a whole number from 1 to ${maximum}`)
    .transform(Number)
    .pipe(z.number().max(maximum))
    .default(byDefault)
    .meta({
      ...{ type: 'integer', minimum: 1, maximum, default: byDefault, pattern: undefined },
      description: 'The most entries of a page.',
    });

const query = z.string().max(2_000, 'Expected at most 2000 characters').meta({
  description: 'In the query language (docs/search.md); empty asks for every image.',
  example: 'boat -people',
});
const cursor = z.string().max(4_000).optional().meta({
  description: 'Of the page before, exactly as it came; the rest of the request must be the same.',
});
const all = flag('Whether images that are not relevant follow the relevant ones.');

export const searchQuery = z.strictObject({
  q: query.default(''),
  order: z.enum(['best', 'newest', 'oldest', 'name']).optional().meta({
    description: 'By default the best first where the query gives scores, else the newest.',
  }),
  limit: limit(50),
  cursor,
  all,
  facets: flag('Whether labels are counted over the whole answer.'),
});

export const searchAnswer = z
  .object({
    understood: z.string().meta({ description: 'The query as it was understood, in the query language.' }),
    images: z.array(image),
    total: z
      .int()
      .min(0)
      .meta({ description: 'Images that fit; those beyond the relevant ones are none of them.' }),
    beyond: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Images beyond the relevant ones, which `all` shows after them.' }),
    facets: z.array(labelCount).optional(),
    cursor: z.string().optional().meta({ description: 'Of the next page; none after the last one.' }),
  })
  .meta({ id: 'SearchAnswer' });

export const imageName = z.strictObject({ bucket, key }).meta({ id: 'ImageName' });

/** What narrows the images that are alike, besides what they are to be like. */
export const similarPictureQuery = z.strictObject({
  q: query.optional(),
  limit: limit(50),
  cursor,
  all,
});
export const similarQuery = similarPictureQuery.extend(imageName.shape);

export const duplicatesQuery = z.strictObject({
  kind: z.enum(['photo', 'scene']).default('photo').meta({
    description:
      'photo: the same photograph, perhaps smaller or compressed anew. scene: photographs of the same scene.',
  }),
  q: query.optional(),
  limit: limit(50),
  cursor,
});

export const duplicatesAnswer = z
  .object({
    groups: z.array(
      z.object({
        kind: z.enum(['photo', 'scene']),
        images: z.array(image).meta({ description: 'The best one first.' }),
      }),
    ),
    total: z.int().min(0),
    cursor: z.string().optional(),
  })
  .meta({ id: 'DuplicatesAnswer' });

export const labelsAnswer = z.object({ labels: z.array(labelCount) }).meta({ id: 'LabelsAnswer' });

export const whyQuery = imageName.extend({
  label: z.string().min(1).max(400).optional().meta({
    description:
      'As people write it: `dog` in every label set that knows it, `general:dog` in one. By default the labels that the image carries, and the best of the others.',
    example: 'dog',
  }),
});

const share = z.number().min(0).max(1);
const cosine = z.number();
const labelScore = z.object({ label: z.string(), score: share });
const carrier = z.object({ text: z.string(), cosine });

/** What a label is weighed against. */
const rival = z.object({
  kind: z.enum(['label', 'none-of-these', 'unknown', 'contrast', 'others']),
  text: z.string().optional().meta({ description: 'The label, or the prompt.' }),
  share,
  cosine: cosine.optional(),
  count: z.int().optional().meta({ description: 'How many `others` there are.' }),
});

const modelView = z
  .object({
    set: z.string(),
    label: z.string(),
    verdict: z.enum(['passes', 'below-threshold', 'beyond-top-k', 'unknown']),
    score: share,
    rank: z.int().min(1).meta({ description: 'Among the label set’s names, broader ones included.' }),
    names: z.int().min(1),
    threshold: z.object({
      score: share,
      from: z.enum(['label', 'fit', 'set']),
      cosine: cosine
        .optional()
        .meta({ description: 'The lowest cosine that reaches it, everything else as it is.' }),
    }),
    topK: z.int(),
    cosine: cosine.optional(),
    logit: z.number().optional(),
    nullDistribution: z
      .object({
        mean: z.number(),
        deviation: z.number(),
        images: z.int(),
        deviationsAbove: z.number().optional(),
      })
      .optional()
      .meta({ description: 'Cosines of pictures without the label, and how far above them this one is.' }),
    share: share
      .optional()
      .meta({ description: 'What it takes of the whole; with those of its rivals it makes 1.' }),
    rivals: z.array(rival),
    broader: z.array(labelScore),
    narrower: z.array(labelScore),
    isLearned: z.boolean().optional(),
    fittedTo: z.object({ positive: z.int(), negative: z.int() }).optional(),
  })
  .meta({ id: 'ModelView' });

export const whyAnswer = z
  .object({
    bucket: z.string(),
    key: z.string(),
    status: z.enum(IMAGE_STATUSES),
    reason: z.string().optional(),
    reasonCode: z.string().optional(),
    modelDigest: z.string().optional(),
    isOfOtherModel: z.boolean().optional(),
    sentence: z.string().meta({ description: 'What the image carries, for people.' }),
    sets: z.array(
      z.object({
        set: z.string(),
        state: z.enum(EXPLAINED_SET_STATES),
        mode: z.enum(['exclusive', 'independent']).optional(),
        topK: z.int().optional(),
        minimumScore: share.optional(),
        appliesTo: z
          .array(z.object({ bucket: z.string().optional(), prefix: z.string().optional() }))
          .optional(),
        isUnknown: z.boolean().optional().meta({ description: 'Whether none of its labels fits.' }),
        fit: z.object({ version: z.int(), fittedAt: z.string() }).optional(),
      }),
    ),
    labels: z.array(
      z.object({
        set: z.string(),
        label: z.string(),
        isShown: z.boolean().meta({ description: 'Whether the image carries it.' }),
        reason: z.enum(REASONS).meta({ description: 'Why: what programs branch on.' }),
        sentence: z.string().meta({ description: 'Why, for people.' }),
        score: share.optional().meta({ description: 'Of the tag that the image carries.' }),
        correction: correction.optional(),
        model: modelView.optional().meta({ description: 'What the model says of it now.' }),
        prompts: z.array(carrier).optional().meta({ description: 'The nearest first.' }),
        examples: z
          .array(carrier)
          .optional()
          .meta({ description: 'The nearest of the images that the label was learned from.' }),
      }),
    ),
  })
  .meta({ id: 'WhyAnswer' });

/** A picture of an image. With its ETag the address stands for one state of it, which browsers may keep. */
export const pictureQuery = imageName.extend({ eTag: z.string().max(200).optional() });

export const correctionsRequest = imageName
  .extend({
    add: z.array(label).max(100).default([]).meta({ description: 'Labels that the image has.' }),
    remove: z.array(label).max(100).default([]).meta({ description: 'Labels that it has not.' }),
    clear: z.array(label).max(100).default([]).meta({
      description: 'Labels of which nothing is said any more, so that the model’s word holds again.',
    }),
  })
  .meta({ id: 'CorrectionsRequest' });

/** A presigned POST: a form with these fields, the file last, sent to the address. */
export const uploadRequest = z
  .strictObject({
    name: z.string().min(1).max(1_024).meta({
      description: 'The key that is wished for. What leads elsewhere or cannot be read is left out of it.',
      example: 'harbour.jpg',
    }),
    bucket: bucket.optional(),
    contentType: z
      .string()
      .regex(/^image\/[a-z0-9.+-]{1,100}$/)
      .optional()
      .meta({ description: 'Stored with the object.', example: 'image/jpeg' }),
  })
  .meta({ id: 'UploadRequest' });
export const uploadAnswer = z
  .object({
    bucket: z.string(),
    key: z.string(),
    url: z
      .string()
      .meta({ description: 'Where the form is sent to; relative to the API where it is its own.' }),
    fields: z.record(z.string(), z.string()).meta({ description: 'Of the form, before its field file.' }),
  })
  .meta({ id: 'UploadAnswer' });

export const statusAnswer = z
  .object({
    queue: z.object({ visible: z.int().min(0), inFlight: z.int().min(0) }),
    deadLetters: z.int().min(0),
    images: z.record(z.enum(IMAGE_STATUSES), z.int().min(0)),
    imagesPerSecond: z.number().min(0).optional(),
    s3Endpoint: z
      .string()
      .optional()
      .meta({ description: 'Where the buckets are, of a pipeline on one machine.' }),
  })
  .meta({ id: 'StatusAnswer' });

/** A label set in use, as lists show it. */
export const labelSetInUse = z
  .object({
    name: z.string(),
    version: z.string(),
    mode: z.enum(['exclusive', 'independent']).meta({
      description: 'exclusive: one of the labels is right. independent: any of them.',
    }),
    labels: z.array(z.string()).meta({ description: 'Their names, in the order of the file.' }),
    minimumScore: z.number().min(0).max(1),
    digest: z.string().meta({ description: 'Of all that its tags depend on, with the pipeline’s model.' }),
    path: z.string().optional().meta({ description: 'The file that it comes from.' }),
    isOwn: z.boolean().meta({ description: 'Whether it was written here, and may be changed here.' }),
  })
  .meta({ id: 'LabelSetInUse' });

const labelSetName = z
  .string()
  .regex(
    new RegExp(`^${LABEL_SET_NAME.source}$`),
    'Expected 1 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit first',
  )
  .meta({ example: 'pets' });
const typedLabels = z
  .array(z.string().max(MAXIMUM_LABEL_LENGTH * 4))
  .min(1)
  .meta({
    description: 'Words, such as cat, or phrases, such as a drawing of a cat.',
    example: ['cat', 'dog'],
  });
const labelMode = z.enum(['exclusive', 'independent']).meta({
  description: 'exclusive: one of the labels at most is right. independent: any of them.',
});
const minimumScore = z.number().min(0).max(1).optional().meta({
  description: 'Lowest score of a tag. By default 0.75, or 0.7 where one label at most is right.',
});

/** A label set that is written over the API: its labels are only named. */
export const labelSetRequest = z
  .strictObject({
    name: labelSetName,
    mode: labelMode,
    labels: typedLabels.max(500),
    minimumScore,
    digest: z.string().max(64).optional().meta({
      description: 'Of the label set that it takes the place of, as it was read. By default it is a new one.',
    }),
  })
  .meta({ id: 'LabelSetRequest' });
export const labelSetNameQuery = z.strictObject({ name: labelSetName });

export const labelSetPreviewRequest = z
  .strictObject({
    mode: labelMode,
    labels: typedLabels.max(100),
    minimumScore,
    images: z.int().min(0).max(24).default(6).meta({ description: 'The most images of each label.' }),
  })
  .meta({ id: 'LabelSetPreviewRequest' });
export const labelSetPreview = z
  .object({
    labels: z.array(
      z.object({
        label: z.string(),
        count: z.int().min(0).meta({ description: 'Images that would get it.' }),
        images: z.array(image).meta({
          description: 'The best ones with their scores, those below the minimum too.',
        }),
      }),
    ),
    total: z.int().min(0).meta({ description: 'Images that were compared.' }),
    minimumScore: z.number().min(0).max(1),
  })
  .meta({ id: 'LabelSetPreview' });

/** A label that is to be learned from stored images; label set and label may be new. */
export const learningRequest = z
  .strictObject({
    set: labelSetName,
    label: z
      .string()
      .trim()
      .min(1)
      .max(MAXIMUM_LABEL_LENGTH * 4)
      .meta({ description: 'As people write it, by a synonym too.', example: 'pip' }),
    positive: z.array(imageName).max(200).default([]).meta({ description: 'Images that have it.' }),
    negative: z.array(imageName).max(200).default([]).meta({ description: 'Images that have not.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only say what would come of it.' }),
    force: z.boolean().default(false).meta({
      description: 'Take it even if it is no better than the words alone.',
    }),
    replace: z.boolean().default(false).meta({ description: 'Forget the examples of before.' }),
  })
  .meta({ id: 'LearningRequest' });
export const learningAnswer = z
  .object({
    set: z.string(),
    label: z.string().meta({ description: 'As the label set has it.' }),
    isNew: z.boolean().meta({ description: 'Whether the label set did not have it.' }),
    positive: z.int().min(0).meta({ description: 'Examples, each picture once, with those of before.' }),
    negative: z.int().min(0),
    earlier: z.int().min(0).meta({ description: 'How many of them are from before.' }),
    quality: z
      .object({
        learned: z.number().min(0).max(1),
        words: z.number().min(0).max(1),
        folds: z.int().min(0),
        verdict: z.enum(['better', 'no better', 'unknown']),
      })
      .meta({
        description:
          'Share of other pictures that an example which was left out stands above, as learned and by the words alone.',
      }),
    finds: z
      .array(
        z.object({
          image,
          score: z.number().min(0).max(1),
          isTag: z.boolean().meta({ description: 'Whether the score is high enough for a tag.' }),
        }),
      )
      .meta({ description: 'What it finds first that is no example, best first.' }),
    remarks: z.array(z.string()).meta({ description: 'Examples that were left out, and why.' }),
    isWritten: z.boolean(),
    version: z.int().optional().meta({ description: 'Of what was written.' }),
  })
  .meta({ id: 'LearningAnswer' });

export const retagState = z
  .object({
    state: z.enum(['running', 'done', 'failed']),
    images: z.int().min(0).meta({ description: 'Pictures that have been compared so far.' }),
    changed: z.int().min(0).optional().meta({ description: 'Pictures that got other tags.' }),
    fault: z.string().optional(),
  })
  .meta({ id: 'RetagState' });

export const labelSetsAnswer = z
  .object({
    labelSets: z.array(labelSetInUse),
    others: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Tagged pictures whose tags come from other label sets than these.' }),
    changes: z
      .array(z.string())
      .meta({ description: 'What changed last, while pictures have tags of before.' }),
    faults: z.array(z.string()).meta({
      description: 'Why changed files are not in use: the label sets of before are.',
    }),
    retag: retagState.optional().meta({ description: 'The one that was ordered here last.' }),
    canWrite: z.boolean().meta({ description: 'Whether label sets may be written here.' }),
  })
  .meta({ id: 'LabelSetsAnswer' });

/** Problem details (RFC 9457). */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    /** Of `docs/error-codes.md`. */
    code: z.string().meta({ description: 'What programs branch on: docs/error-codes.md.' }),
    /** Where a query is wrong: the first column is 1. */
    column: z.int().optional().meta({ description: 'Where a query is wrong; the first column is 1.' }),
  })
  .meta({
    id: 'Problem',
    example: {
      type: 'urn:cliptag:problem:no-image',
      title: 'There is no record of such an image, or the image was deleted.',
      status: 404,
      detail: 'There is no image s3://photos/harbour.jpg',
      code: 'no-image',
    },
  });

/**
 * GET  /search?q&order&limit&cursor&all&facets → searchAnswer
 * GET  /similar?bucket&key&q&limit&cursor&all  → searchAnswer;  POST /similar (a picture as the body) → searchAnswer
 * GET  /duplicates?kind&q&limit&cursor         → duplicatesAnswer
 * GET  /labels                                 → labelsAnswer
 * GET  /images?bucket&key                      → image
 * GET  /why?bucket&key&label                   → whyAnswer: why the image carries labels, and why not others
 * GET  /thumbnails?bucket&key&eTag             → the picture, or 302 to a presigned address
 * GET  /originals?bucket&key&eTag              → the picture, or 302 to a presigned address
 * POST /corrections (correctionsRequest)       → image
 * POST /retries (imageName)                    → 202 imageName: the image is worked on anew
 * POST /uploads (uploadRequest)                → 201 uploadAnswer; a key that is taken gets a number
 * GET  /label-sets                             → labelSetsAnswer
 * PUT  /label-sets (labelSetRequest)           → labelSetsAnswer: it is in use
 * DELETE /label-sets?name                      → labelSetsAnswer
 * POST /label-sets/preview (labelSetPreviewRequest) → labelSetPreview; nothing is kept
 * POST /label-sets/learn (learningRequest)     → learningAnswer: a label is learned from stored images
 * POST /label-sets/retag                       → 202 labelSetsAnswer: pictures get their tags anew, from stored embeddings
 * GET  /status                                 → statusAnswer
 * GET  /events                                 → server-sent events `image` (an image as above) and `label-sets` (ask for
 *                                                them anew), on one machine only
 * GET  /openapi.json
 */
export { API_BASE } from './base-path.ts';

export type ImageName = z.infer<typeof imageName>;
export type ApiImage = z.infer<typeof image>;
export type SearchAnswerBody = z.infer<typeof searchAnswer>;
export type LabelSetRequest = z.infer<typeof labelSetRequest>;
export type LearningRequest = z.infer<typeof learningRequest>;
export type LearningAnswer = z.infer<typeof learningAnswer>;
export type LabelSetPreviewRequest = z.infer<typeof labelSetPreviewRequest>;
export type LabelSetPreview = z.infer<typeof labelSetPreview>;
export type LabelSetInUse = z.infer<typeof labelSetInUse>;
export type LabelSetsAnswer = z.infer<typeof labelSetsAnswer>;
export type StatusAnswer = z.infer<typeof statusAnswer>;
export type CorrectionsRequest = z.output<typeof correctionsRequest>;
export type UploadRequest = z.infer<typeof uploadRequest>;
export type UploadAnswer = z.infer<typeof uploadAnswer>;
export type WhyAnswer = z.infer<typeof whyAnswer>;
export type Problem = z.infer<typeof problem>;
