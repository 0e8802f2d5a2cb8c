import { z } from 'zod';
import { readDocument } from './body.ts';
import { preconditionFailed, S3Error } from './errors.ts';
import { changeObject } from './object-commit.ts';
import { type AuthenticatedRequest, checkedKey } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State } from './state.ts';
import { oneOrMore, parseXml } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: 1 to 1000 keys. */
const deletionSchema = z.object({
  Quiet: z.string().optional(),
  Object: z.preprocess(
    oneOrMore,
    z
      .array(z.object({ Key: z.string().min(1), ETag: z.string().optional() }))
      .min(1)
      .max(1000),
  ),
});

type Deletion = z.infer<typeof deletionSchema>['Object'][number];
type Outcome =
  | { readonly Key: string }
  | { readonly Key: string; readonly Code: string; readonly Message: string };

/** Each key has its own outcome: one that fails keeps none of the others. */
export async function deleteObjects(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  const { Quiet, Object: deletions } = parseXml(await readDocument(request), 'Delete', deletionSchema);
  const outcomes = await Promise.all(deletions.map((deletion) => deleteOne(state, request, deletion)));
  const failed = outcomes.filter((outcome) => 'Code' in outcome);
  return xmlResponse('DeleteResult', {
    Deleted: Quiet === 'true' ? [] : outcomes.filter((outcome) => !('Code' in outcome)),
    Error: failed,
  });
}

async function deleteOne(
  state: S3State,
  request: AuthenticatedRequest,
  { Key, ETag }: Deletion,
): Promise<Outcome> {
  try {
    await changeObject(state, request, {
      key: checkedKey(Key),
      eventName: 'ObjectRemoved:Delete',
      object: undefined,
      check(current) {
        if (ETag !== undefined && current?.eTag !== ETag.replaceAll('"', '')) throw preconditionFailed();
      },
    });
    return { Key };
  } catch (error) {
    if (error instanceof S3Error) return { Key, Code: error.code, Message: error.message };
    throw error;
  }
}
