/**
 * What goes over the HTTP API, each way: the one contract between its server, the typed client, the page and the command
 * line. Paths are below `/api/v1`. What is written at `meta` stands in the OpenAPI document (docs/openapi.json).
 *
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
export {
  type CorrectionsRequest,
  correctionsRequest,
} from './contract/corrections.ts';
export {
  type ApiImage,
  correction,
  type ImageName,
  image,
  imageName,
  labelCount,
  pictureQuery,
  tag,
} from './contract/images.ts';
export {
  type LabelSetInUse,
  type LabelSetPreview,
  type LabelSetPreviewRequest,
  type LabelSetRequest,
  type LabelSetsAnswer,
  labelSetInUse,
  labelSetNameQuery,
  labelSetPreview,
  labelSetPreviewRequest,
  labelSetRequest,
  labelSetsAnswer,
  retagState,
} from './contract/label-sets.ts';
export {
  type LearningAnswer,
  type LearningRequest,
  learningAnswer,
  learningRequest,
} from './contract/learning.ts';
export {
  type Problem,
  problem,
} from './contract/problem.ts';
export {
  duplicatesAnswer,
  duplicatesQuery,
  labelsAnswer,
  type SearchAnswerBody,
  searchAnswer,
  searchQuery,
  similarPictureQuery,
  similarQuery,
} from './contract/search.ts';
export {
  type StatusAnswer,
  statusAnswer,
} from './contract/status.ts';
export {
  type UploadAnswer,
  type UploadRequest,
  uploadAnswer,
  uploadRequest,
} from './contract/uploads.ts';
export {
  type WhyAnswer,
  whyAnswer,
  whyQuery,
} from './contract/why.ts';
