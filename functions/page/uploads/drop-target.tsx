import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { upload } from '../store/uploads.ts';
import { droppedFiles } from './dropped-files.ts';

/** The whole window takes files. */
export function DropTarget() {
  const isOver = useSignal(false);
  useEffect(() => {
    let depth = 0;
    const change = (by: number) => {
      depth = Math.max(0, depth + by);
      isOver.value = depth > 0;
    };
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;
    const enter = (event: DragEvent) => hasFiles(event) && change(1);
    const leave = (event: DragEvent) => hasFiles(event) && change(-1);
    const over = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      isOver.value = false;
      void droppedFiles(event.dataTransfer).then(upload);
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
    };
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop-target" aria-hidden="true">
      <div>
        <Icon name="upload" />
        <strong>Drop to upload</strong>
        <span>Pictures or whole folders</span>
      </div>
    </div>
  );
}
