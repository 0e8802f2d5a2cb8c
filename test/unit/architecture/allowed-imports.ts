/**
 * Who may import whom, denied by default: `ROOM: what its files may import besides each other`. A room is a folder
 * (without the folders in it) below functions/, or one file; what is no room is a package, and `*` stands for any end.
 * A new folder imports nothing until it has a line here. No line may close a circle.
 */
export const ALLOWED_IMPORTS = `
  # Pure: no outside system, no file, no clock of its own.
  core: zod node:crypto
  core/cost:
  core/scoring:
  core/checksums:
  core/objects: core zod node:crypto
  core/pixels: core
  core/formats/jpeg: core/pixels
  core/formats/tiff: core core/pixels
  core/formats/heif: core/pixels
  # Unpacking is as pure as a digest.
  core/formats/svg: core node:zlib
  core/formats:
    core core/formats/heif core/formats/jpeg core/formats/svg core/formats/tiff core/pixels
  core/formats/raw: core core/formats core/formats/heif core/formats/jpeg core/formats/tiff core/pixels
  core/formats/exif: core/formats core/formats/heif core/formats/jpeg core/formats/raw core/formats/tiff node:zlib
  core/labels: core core/pixels core/scoring zod
  core/labels/review: core/labels
  core/evaluation: core core/labels
  core/learning: core core/calibration core/labels core/scoring
  # What a label set makes of a collection.
  core/survey: core/labels core/learning core/scoring
  core/records: core core/labels core/objects node:crypto
  core/retag: core core/labels core/records
  core/explanation: core core/labels core/records
  core/search/language: core core/labels core/records
  core/search: core core/labels core/records core/search/language
  core/tagging: core core/formats/exif core/labels core/objects core/pixels core/records node:crypto
      core/thumbnails
  core/search/collection: core core/objects core/records core/scoring core/search zod node:crypto
  core/search/relevance: core/labels core/search
  core/thumbnails: core/objects node:crypto
  core/calibration: core core/evaluation core/labels core/scoring core/search/relevance
  core/search/duplicates: core core/labels core/records core/search core/search/relevance
  core/backfill: core core/cost core/objects core/records core/tagging
  core/results: core core/labels core/objects core/records core/tagging zod

  # The environment.
  config.ts: core core/cost core/formats/exif core/objects core/results core/thumbnails zod node:*

  # One room for each outside system.
  adapters/sandbox: core node:*
  adapters/wasm: adapters/sandbox core core/formats/heif core/pixels jxl-oxide-wasm node:*
  adapters/sharp:
    adapters/sandbox adapters/wasm core core/formats core/formats/heif core/formats/jpeg core/formats/raw core/formats/svg
    core/formats/tiff core/pixels p-limit sharp node:*
  adapters/esbuild: adapters/files esbuild node:*
  adapters/files: core core/calibration core/labels yaml zod node:* core/search/collection core/thumbnails core/learning
  # Tokens of texts by tables, as Gemma and SigLIP 2 make them.
  adapters/tokens: adapters/files core zod node:*
  adapters/onnx: adapters/files adapters/tokens core core/labels core/labels/review core/pixels @huggingface/tokenizers
      entities onnxruntime-node zod node:*
  adapters/aws: core core/backfill core/checksums core/objects core/records core/results core/search/collection
      core/tagging core/thumbnails
      @aws-sdk/client-cloudformation @aws-sdk/client-cloudwatch @aws-sdk/client-dynamodb
      @aws-sdk/client-dynamodb-streams @aws-sdk/client-eventbridge @aws-sdk/client-s3 @aws-sdk/client-sfn @aws-sdk/client-sqs
      @aws-sdk/s3-presigned-post @aws-sdk/s3-request-presigner @aws-sdk/util-dynamodb @smithy/core
      @smithy/node-http-handler @smithy/signature-v4
      undici zod node:*

  # What the cloud runs.
  # Uploads a picture, and expects it to be tagged.
  canary: adapters/aws config.ts core/records core/tagging function-log node:*
  # Their log.
  function-log: config.ts core core/objects @aws-lambda-powertools/logger
  backfill: adapters/aws config.ts core core/backfill core/objects core/tagging function-log zod node:*
  retag: adapters/aws adapters/files config.ts core core/labels core/records core/retag function-log
      aws-lambda zod
  tag-images: adapters/aws adapters/files adapters/onnx adapters/sharp config.ts core core/formats/exif
      core/objects core/records core/results core/tagging core/thumbnails function-log
      @aws-lambda-powertools/batch aws-lambda adapters/sandbox
      p-limit

  # The search over a table: the collection in memory, and how it follows the table.
  search: core/labels core/records core/search core/search/collection core/search/duplicates
      core/search/relevance

  # The HTTP API; contract.ts is all that its clients know of it.
  api/base-path.ts:
  api/contract: core/explanation core/labels core/records core/search zod
  api/contract.ts: api/base-path.ts api/contract
  api: api/contract.ts core core/labels core/objects core/records core/search hono @hono/zod-openapi zod
      core/explanation
  # The API as a Lambda function.
  serve-api: adapters/aws adapters/files adapters/onnx adapters/sandbox adapters/sharp api api/contract.ts config.ts core
      core/labels core/objects core/explanation
      core/records
      core/search core/thumbnails function-log search aws-lambda node:*
  # For programs of others, browsers among them: no package at all.
  client: api/base-path.ts

  # What browsers load. Of the server it knows the contract's types alone.
  page/model: api/contract.ts
  page/store: api/base-path.ts api/contract.ts page/model @preact/signals zod
  page/parts: api/contract.ts page/model page/store @preact/signals preact
  page/uploads: page/model page/parts page/store @preact/signals preact
  page/search-box: page/model page/parts page/store @preact/signals preact
  page/labels: page/model page/parts page/store @preact/signals preact
  page/gallery: api/contract.ts page/model page/parts page/store page/uploads @preact/signals preact
  page/selection: api/contract.ts page/model page/parts page/store @preact/signals preact
  page/lightbox: api/contract.ts page/model page/parts page/store @preact/signals photoswipe preact
  page/duplicates: api/contract.ts core core/search/duplicates page/model page/parts page/store @preact/signals preact
  page/problems: api/contract.ts page/model page/parts page/store @preact/signals preact
  page/status: core/cost page/model page/parts page/store preact
  page: page/duplicates page/gallery page/labels page/lightbox page/model page/parts page/problems page/search-box
    page/selection page/status page/store page/uploads @preact/signals preact

  # Makes models of published checkpoints.
  checkpoints: zod
  checkpoints/compile/write: node:*
  checkpoints/compile/safetensors: core node:*
  checkpoints/pull: adapters/files checkpoints core undici zod node:* core/labels
  checkpoints/compile/read: adapters/files checkpoints checkpoints/compile/safetensors core zod node:*
  checkpoints/compile/weights: checkpoints/compile/read
  checkpoints/compile/graph: checkpoints/compile/read checkpoints/compile/weights checkpoints/compile/write
  checkpoints/compile/smooth: adapters/onnx adapters/sharp checkpoints/compile/graph
      checkpoints/compile/read checkpoints/compile/weights checkpoints/compile/write core/pixels
      onnxruntime-node
  checkpoints/compile: adapters/files adapters/onnx adapters/tokens checkpoints checkpoints/compile/graph
      checkpoints/compile/read checkpoints/compile/smooth checkpoints/compile/write core node:*

  # Tagging from code, and the parts that the command line shares with it.
  tagger: adapters/files adapters/onnx adapters/sharp checkpoints/pull config.ts core core/calibration core/formats/exif core/labels
      core/labels/review core/objects core/tagging node:*

  # What a terminal shows and takes.
  terminal: core core/labels log-update string-width node:*

  # The pipeline on one machine. control-api is all that the command line knows of it.
  local/http: node:*
  local/store: classic-level node:*
  local/s3-endpoint: local/http local/store @aws-sdk/checksums classic-level zod node:*
  local/queue: core/objects local/store aws-lambda node:*
  local/control-api: core/labels core/tagging zod
  local/page-host: adapters/esbuild adapters/files api api/contract.ts core local/http zod node:*
  local/page-server: api/contract.ts core local/control-api local/page-host @hono/node-server node:*
  local/label-sets: adapters/files core core/labels core/records core/retag terminal node:*
  local/page-api: adapters/files adapters/sharp api api/contract.ts core core/calibration core/labels core/learning
      core/objects core/pixels core/records core/search core/search/collection core/tagging core/thumbnails local/dynamodb
      local/label-sets local/page-server local/queue local/s3-endpoint core/explanation local/store p-limit node:*
  local/dynamodb: adapters/aws core/records local/control-api local/http local/store dynalite node:*
  local/reembedding: core/objects core/records core/tagging local/queue terminal node:*
  local/repair: core/objects core/records local/queue local/s3-endpoint local/store terminal node:*
  local/watch: adapters/files core local/s3-endpoint terminal p-limit zod node:*
  local/trial: adapters/files core/objects terminal node:*
  local: core/calibration adapters/aws adapters/files adapters/onnx api core core/labels
      core/objects core/records core/results core/search core/tagging local/control-api local/dynamodb local/http
      local/label-sets local/page-api local/page-host local/page-server local/queue local/repair local/s3-endpoint
      local/store local/trial search tag-images node:*
  # The command cliptag start.
  local/start: adapters/files config.ts core core/formats/exif core/labels core/objects core/records core/results core/tagging
      local local/control-api local/http local/reembedding local/s3-endpoint local/store local/watch
      tag-images tagger terminal zod node:*

  # The page on this machine before a deployed stack.
  stack-page: api api/contract.ts core local/http local/page-host node:*

  # The command line.
  cli/images: adapters/files core core/objects terminal p-map node:*
  cli/shared-flags.ts: terminal
  cli/pages: adapters/files core core/evaluation terminal node:*
  cli/commands/embed: adapters/files cli/images cli/shared-flags.ts core core/labels tagger terminal
  cli/picture-sets: adapters/files cli/images core core/evaluation terminal zod node:*
  cli/labels: adapters/files cli/images cli/picture-sets cli/pipeline cli/search client core/evaluation core/labels
      core/records tagger terminal node:*
  cli/commands/evaluate: adapters/files adapters/sharp cli/images cli/pages cli/picture-sets cli/shared-flags.ts core core/evaluation
      core/labels core/pixels core/tagging tagger terminal zod
  cli/commands/labels/learn: adapters/files adapters/sharp cli/images cli/labels cli/pages cli/picture-sets cli/pipeline
      cli/search cli/shared-flags.ts core core/evaluation core/labels core/learning core/records core/search/language
      local/control-api tagger terminal p-map node:*
  cli/commands/labels: adapters/files cli/commands/retag cli/pipeline cli/search cli/shared-flags.ts core core/labels
      core/labels/review core/records core/retag core/search tagger terminal zod node:* cli/commands/labels/calibration
      cli/commands/labels/learn
  cli/commands/tag: adapters/files cli/images cli/shared-flags.ts cli/sidecars core core/labels core/records core/tagging
      tagger terminal node:*
  cli/commands/labels/calibration: adapters/files adapters/sharp cli/labels cli/pages cli/pipeline
      cli/shared-flags.ts core core/calibration core/evaluation core/labels core/learning core/records core/survey
      local/control-api tagger terminal p-map node:*
  cli/commands/tokenize: adapters/onnx cli/shared-flags.ts core tagger terminal
  cli/places.ts: adapters/files tagger node:*
  cli/commands/models/verification: adapters/files adapters/onnx adapters/sharp checkpoints/compile
      cli/images cli/places.ts core core/evaluation core/labels core/pixels tagger terminal zod node:*
  cli/pipeline: adapters/aws adapters/files client config.ts core core/backfill core/labels core/objects core/records
      core/search/language core/tagging local/control-api tagger terminal zod
  cli/search: adapters/aws adapters/files adapters/sharp cli/pages cli/pipeline cli/shared-flags.ts client config.ts core
      core/objects core/records core/search core/search/language local/control-api search tagger terminal
      p-map node:*
  cli/commands/search: cli/pages cli/search terminal
  # Keywords of pictures in files beside them.
  cli/sidecars: adapters/files core core/labels terminal saxes node:*
  cli/commands/export: adapters/files cli/pipeline cli/search cli/sidecars core core/labels core/search local/control-api
      tagger terminal hyparquet-writer node:*
  cli/commands/duplicates: adapters/files cli/search cli/shared-flags.ts core core/search core/search/duplicates core/search/language terminal
  cli/commands/similar: cli/images cli/pages cli/pipeline cli/search core terminal node:*
  cli/commands/backfill: adapters/aws cli/pipeline cli/shared-flags.ts core core/backfill
      core/cost core/objects core/records local/control-api terminal node:*
  cli/commands/cost: adapters/aws cli/pipeline cli/shared-flags.ts core/cost terminal
  cli/commands/models: adapters/files checkpoints/compile checkpoints/pull cli/commands/models/verification cli/images
      cli/picture-sets cli/places.ts cli/shared-flags.ts config.ts core core/calibration core/labels tagger terminal node:*
  cli/commands/page: adapters/aws cli/pipeline core local/control-api stack-page terminal
  cli/commands/completion: adapters/files cli/pipeline local/control-api tagger terminal node:*
  cli/commands/outdated: adapters/files cli/pipeline cli/shared-flags.ts core terminal node:*
  cli/commands/query: cli/pipeline cli/shared-flags.ts core/labels core/records terminal
  cli/commands/redrive: adapters/aws cli/pipeline cli/shared-flags.ts local/control-api terminal node:*
  cli/commands/retag: adapters/aws adapters/files cli/pipeline cli/shared-flags.ts core core/labels
      core/records core/retag local/control-api tagger terminal node:*
  cli/commands/show: adapters/files cli/pipeline cli/shared-flags.ts core core/explanation core/labels core/records terminal
  cli/commands/why: adapters/files cli/images cli/pipeline cli/search cli/shared-flags.ts client core core/explanation
      core/labels core/records core/tagging local/control-api tagger terminal node:*
  cli/commands/correct: cli/commands/show cli/pipeline cli/shared-flags.ts core core/records terminal
  cli/commands/status: adapters/aws cli/pipeline cli/shared-flags.ts core core/records local/control-api
      terminal
  cli: adapters/files cli/commands/backfill cli/commands/correct cli/commands/completion cli/commands/cost cli/commands/duplicates cli/commands/embed cli/commands/evaluate cli/commands/export
      cli/commands/labels cli/commands/models cli/commands/outdated cli/commands/page cli/commands/query cli/commands/redrive cli/commands/retag
      cli/commands/search cli/commands/show cli/commands/similar cli/commands/status cli/commands/tag cli/commands/tokenize cli/commands/why
      core terminal node:*

  # The program: the one place that knows both local and cli.
  functions: cli local/start esbuild tsx zod node:*

  # The stack, and what it deploys.
  infra/options: core core/formats/exif core/objects core/thumbnails aws-cdk-lib constructs core/cost
  infra/constructs/intake: infra/options aws-cdk-lib constructs
  infra/packaging: adapters/files adapters/onnx config.ts core core/labels core/tagging infra/options tagger constructs esbuild zod
      node:*
  infra/constructs/watching: core/cost core/records core/tagging infra/options infra/packaging aws-cdk-lib constructs
  # What runs in the container of a home server, beside the package.
  infra/home-server: node:*
  infra/npm-package: adapters/esbuild adapters/files adapters/onnx infra/packaging esbuild rolldown rolldown-plugin-dts
      node:*
  infra/constructs/compute: config.ts core infra/options infra/packaging aws-cdk-lib constructs
  infra/preflight: adapters/aws adapters/files config.ts core/cost core/records infra/options
  infra/constructs/workflows: config.ts core infra/constructs/compute infra/options infra/packaging
      aws-cdk-lib constructs
  infra/constructs/api: config.ts core/records infra/constructs/compute infra/options infra/packaging
      aws-cdk-lib constructs
  infra/constructs: config.ts core/cost core/objects core/records core/tagging infra/constructs/api infra/constructs/compute
      infra/constructs/intake infra/constructs/watching infra/constructs/workflows infra/options infra/packaging aws-cdk-lib
      constructs
  infra: config.ts core core/labels infra/constructs infra/constructs/api infra/constructs/intake infra/constructs/watching infra/options
      infra/packaging infra/preflight aws-cdk-lib cdk-nag constructs
`;
