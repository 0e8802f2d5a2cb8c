import { expect, it } from 'vitest';
import { openQueue } from '../../../../functions/local/queue/queue.ts';
import { settledAfter } from '../../../../functions/local/queue/settled-after.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

it('deletes a message only after what it has led to is on the disk', async () => {
  const queue = await openQueue({
    folder: await temporaryFolder(),
    visibilityTimeoutSeconds: 30,
    maxReceiveCount: 5,
  });
  await queue.send('body');
  let isDiskFull = true;
  const settling = settledAfter(async () => {
    expect(queue.bodies()).toEqual(['body']);
    if (isDiskFull) throw new Error('no space left');
  }, queue);
  const [message] = await settling.receive({ maximumMessages: 1 });
  const handles = [message?.receiptHandle ?? ''];
  await expect(settling.delete(handles)).rejects.toThrow('no space left');
  expect(queue.bodies()).toEqual(['body']);
  isDiskFull = false;
  await settling.delete(handles);
  expect(queue.bodies()).toEqual([]);
  await queue.close();
});
