import { AXIS, type ModelView, PICTURE_SIZE, scorePicture } from '../model/score-picture.ts';

const { width, height } = PICTURE_SIZE;

/** A label's null distribution, what is enough, and this picture: a drawing, with its words for those who do not see it. */
export function ScoreDrawing({ view }: { view: ModelView }) {
  const { axis, own, enough, bell, text } = scorePicture(view);
  return (
    <figure class="score-drawing">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={text}>
        {bell !== undefined && <path class="bell" d={bell} />}
        <line class="axis" x1="0" y1={AXIS} x2={width} y2={AXIS} />
        {axis === 'score' && (
          <rect class="own-bar" x="12" y={AXIS - 14} width={own - 12} height="12" rx="3" />
        )}
        {enough !== undefined && <line class="enough" x1={enough} y1="4" x2={enough} y2={AXIS + 4} />}
        <circle class="own" cx={own} cy={axis === 'score' ? AXIS - 8 : AXIS} r="5" />
      </svg>
      <figcaption aria-hidden="true">
        {bell !== undefined && <span class="key-bell">without it</span>}
        {enough !== undefined && <span class="key-enough">enough</span>}
        <span class="key-own">this picture</span>
      </figcaption>
    </figure>
  );
}
