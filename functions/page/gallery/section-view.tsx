import type { ApiImage } from '../../api/contract.ts';
import type { Row, Section } from '../model/rows.ts';
import { TileView } from './tile-view.tsx';

interface SectionProps {
  readonly section: Section;
  readonly rows: readonly Row[];
  readonly images: readonly ApiImage[];
  readonly total: number;
  readonly isFast: boolean;
  /** The picture that the Tab key leads to. */
  readonly current: number;
}

/** A heading, which stays in view as long as its pictures do, and the rows near the window. */
export function SectionView({ section, rows, images, total, isFast, current }: SectionProps) {
  const { title, top, height } = section;
  return (
    <section
      class="section"
      style={{ top: `${top}px`, height: `${height}px` }}
      aria-label={title || 'Pictures'}
    >
      {title !== '' && <h2 class="section-title">{title}</h2>}
      {/* biome-ignore lint/a11y/useSemanticElements: tiles stand where they are put, and browsers give such lists no role */}
      <div role="list">
        {rows.flatMap((row) =>
          row.tiles.map((tile) => {
            const image = images[tile.index];
            return (
              image && (
                <TileView
                  key={`${image.bucket}/${image.key}`}
                  image={image}
                  tile={tile}
                  top={row.top}
                  height={row.height}
                  total={total}
                  isFast={isFast}
                  isCurrent={tile.index === current}
                />
              )
            );
          }),
        )}
      </div>
    </section>
  );
}
