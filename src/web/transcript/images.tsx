import { Icon } from '../shell/icons.tsx'

/** Images of a prompt; with `onRemove` each of them can be taken away. */
export function Images({ images, onRemove }: { images: readonly string[]; onRemove?(index: number): void }) {
  return (
    <ul class="images" aria-label="Images">
      {images.map((image, index) => (
        <li>
          <img src={dataUrl(image)} alt={`${index + 1} of ${images.length}`} />
          {onRemove && (
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove image ${index + 1}`}
              onClick={() => onRemove(index)}
            >
              <Icon name="close" />
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Of an image whose type its first bytes tell. */
function dataUrl(base64: string): string {
  const type = base64.startsWith('iVBOR')
    ? 'png'
    : base64.startsWith('UklGR')
      ? 'webp'
      : base64.startsWith('R0lGO')
        ? 'gif'
        : 'jpeg'
  return `data:image/${type};base64,${base64}`
}
