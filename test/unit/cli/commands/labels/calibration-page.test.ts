import { describe, expect, it } from 'vitest';
import type { CalibratedLabel } from '../../../../../functions/cli/commands/labels/calibration/calibrated-label.ts';
import { calibrationPage } from '../../../../../functions/cli/commands/labels/calibration/calibration-page.ts';
import { smallPictures } from '../../../../../functions/cli/commands/labels/calibration/small-pictures.ts';
import { drawn } from '../../../../fixtures/pictures.ts';
import { calibratedLabel, calibratedSet, measuredLabel } from './calibrated-fixture.ts';

const NO_PICTURES = { dataUri: () => undefined, shownLabels: 0, wantedLabels: 0 };
const DATE = new Date('2026-11-30T12:00:00Z');

const pageOf = (labels: readonly CalibratedLabel[], changes = {}) =>
  calibrationPage(calibratedSet(labels, changes), NO_PICTURES, DATE);

describe('the page of a calibration', () => {
  it('tells of every label how often it is shown, from which score on, and where pictures stand', async () => {
    const page = await pageOf([calibratedLabel({ parent: 'animal', remarks: ['odd in a way'] })]);
    expect(page).toContain('<h1>mine <span>independent</span></h1>');
    expect(page).toContain('1,000 pictures of the collection, 2,048 of the model&#39;s background');
    expect(page).toMatch(/<strong>40\.0 %<\/strong><span>80\.0 % before<\/span>/);
    expect(page).toMatch(
      /<h3>cat <span>→ animal<\/span><\/h3>\n<p class="facts"><b>12<\/b> pictures, 30 before/,
    );
    expect(page).toContain('cosine without it 0.100 ± 0.020');
    expect(page).toContain('odd in a way');
    expect(page).toMatch(/<path class="pictures" d="M[^"]+z"\/>/);
    expect(page).toMatch(/<path class="null" d="M[^"]+"\/>/);
    expect(page).toContain('≥ 0.50');
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('undefined');
  });

  it('shows reliability, precision and recall where pictures are labelled, and only there', async () => {
    const page = await pageOf([measuredLabel(), calibratedLabel({ label: 'dog' })]);
    expect(page.match(/<svg class="thresholds"/g)).toHaveLength(1);
    // Of all labels before and after, and of the label.
    expect(page.match(/<svg class="calibration"/g)).toHaveLength(3);
    expect(page).toContain('calibrated with labelled pictures (Platt): 2 with the label, 2 without');
    expect(page).toMatch(/best F1: precision 66\.7 %, recall 100\.0 %/);
    expect(page).toMatch(/<path class="positives" d="M[^"]+"\/>/);
    expect(page).not.toContain('NaN');
  });

  it('draws precision as a line of steps', async () => {
    const page = await pageOf([measuredLabel()]);
    const [, path] = /<path class="precision" d="([^"]+)"/.exec(page) ?? [];
    // 50 % up to 0.1, two thirds up to 0.3, all up to 0.9: 300 units wide and high, from 44 and 10.
    expect(path).toBe('M44 160H74V110H134V10H314');
  });

  it('tells what a label was learned from', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `s3://photos/${i}.jpg`);
    const learned = { positives: names, negatives: ['no.jpg'] };
    const page = await pageOf([calibratedLabel({ learned })]);
    expect(page).toContain('<span class="chip">learned</span>');
    expect(page).toMatch(
      /Learned from 12 pictures: s3:\/\/photos\/0\.jpg, .*7\.jpg, 4 more; and from 1 without it: no\.jpg\./,
    );
  });

  it('tells whether a learned label is better than its words', async () => {
    const quality = { learned: 0.98, words: 0.913, folds: 5, verdict: 'better' } as const;
    const page = await pageOf([
      calibratedLabel({ learned: { positives: ['a.jpg'], negatives: [], quality } }),
    ]);
    expect(page).toMatch(
      /with a probability of 0\.980, by its words alone 0\.913 \(AUROC, cross-validated\)/,
    );
  });

  it('takes nothing in it for markup, and allows no script', async () => {
    const evil = '"><script>alert(1)</script>';
    const near = [{ name: `s3://photos/${evil}`, score: 0.6 }];
    const page = await pageOf(
      [
        measuredLabel({
          label: evil,
          parent: evil,
          remarks: [evil],
          above: near,
          learned: { positives: [evil], negatives: [] },
        }),
      ],
      { name: evil, path: evil, model: evil, remarks: [evil] },
    );
    expect(page).not.toContain('<script');
    expect(page).toContain('default-src &#39;none&#39;; img-src data:; style-src ');
    for (const id of page.matchAll(/(?:id|href)="([^"]*)"/g)) expect(id[1]).toMatch(/^#?label-[0-9a-f]{12}$/);
  });

  it('is readable for an empty collection, one cosine alone, and a null distribution of no width', async () => {
    for (const label of [
      calibratedLabel({ cosines: undefined, shown: { before: 0, after: 0 } }),
      calibratedLabel({ cosines: { from: 0.1, step: 0.001, counts: [1] } }),
      calibratedLabel({ null: { mean: 0.1, deviation: 0, images: 1 } }),
      calibratedLabel({ null: { mean: 0.1, deviation: 0, images: 1 }, cosines: undefined }),
    ]) {
      const images = { collection: 0, background: 0, labelled: 0 };
      const page = await pageOf([label], { images });
      expect(page).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('stays below 7 MB with 600 measured labels but for pictures, and says of how many it shows pictures', async () => {
    const thresholds = Array.from({ length: 2000 }, (_, i) => {
      const threshold = (i + 1) / 2000;
      return {
        threshold,
        shown: 2000 - i,
        precision: threshold ** 0.3,
        precisionAtLeast: 0,
        recall: 1 - threshold ** 3,
      };
    });
    const counts = Array.from({ length: 64 }, (_, i) => 1 + ((i * 7919) % 1000));
    const labels = Array.from({ length: 600 }, (_, i) => {
      const name = (side: string) => (_n: unknown, n: number) => ({
        name: `s3://photos/${i}/${side}-${n}.jpg`,
        score: 0.5,
      });
      const five = { length: 5 };
      return measuredLabel({
        label: `label ${i}`,
        ...{ thresholds, cosines: { from: 0, step: 0.004, counts } },
        ...{ above: Array.from(five, name('above')), below: Array.from(five, name('below')) },
      });
    });
    const bytes = await drawn(64, 64, (x, y) => [x * 4, y * 4, (x * y) % 256])
      .png()
      .toBuffer();
    const maximumBytes = 40_000;
    const pictures = await smallPictures(labels, async () => bytes, { maximumBytes });
    expect(pictures.wantedLabels).toBe(600);
    expect(pictures.shownLabels).toBeGreaterThan(0);
    expect(pictures.shownLabels).toBeLessThan(600);
    const page = await calibrationPage(calibratedSet(labels), pictures, DATE);
    const images = [...page.matchAll(/base64,([^"]*)"/g)].map(([, text = '']) => text.length);
    expect(images).toHaveLength(pictures.shownLabels * 10);
    expect(images.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(
      (maximumBytes * 4) / 3 + 10 * 40,
    );
    expect(page).toContain(`Small pictures are shown of ${pictures.shownLabels} labels`);
    expect(Buffer.byteLength(page)).toBeLessThan(7_000_000);
  });
});

describe('small pictures', () => {
  const near = (name: string) => [{ name, score: 0.5 }];

  it('are read once each, and left out where they cannot be had', async () => {
    const bytes = await drawn(32, 32, (x, y) => [x, y, 0])
      .png()
      .toBuffer();
    const asked: string[] = [];
    const labels = [
      calibratedLabel({ above: near('a'), below: near('gone') }),
      calibratedLabel({ above: near('a'), below: near('broken') }),
      calibratedLabel(),
    ];
    const pictures = await smallPictures(labels, async (name) => {
      asked.push(name);
      if (name === 'gone') return undefined;
      return name === 'broken' ? Buffer.from('no picture') : bytes;
    });
    expect(asked).toEqual(['a', 'gone', 'broken']);
    expect(pictures).toMatchObject({ shownLabels: 2, wantedLabels: 2 });
    const [first, second] = labels;
    if (!first || !second) throw new Error('Expected labels');
    expect(pictures.dataUri(first, 'a')).toMatch(/^data:image\/webp;base64,/);
    expect(pictures.dataUri(second, 'a')).toBe(pictures.dataUri(first, 'a'));
    expect(pictures.dataUri(first, 'gone')).toBeUndefined();
    expect(pictures.dataUri(second, 'broken')).toBeUndefined();
  });
});
