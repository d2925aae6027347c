import { useRef, useState } from 'preact/hooks'
import { shrinkImage } from './shrink-image.ts'

const most = 8

/** Images that go with the next prompt: by paste, drop or button. */
export function useImages() {
  const [images, setImages] = useState<readonly string[]>([])
  const [problem, setProblem] = useState('')
  const [reading, setReading] = useState(0)
  const [isDropping, setDropping] = useState(false)
  const count = useRef(0)
  count.current = images.length

  const add = (files: readonly Blob[]) => {
    setProblem('')
    const room = most - count.current
    if (files.length > room) setProblem(`At most ${most} images can be sent at once.`)
    for (const file of files.slice(0, Math.max(room, 0))) {
      setReading((before) => before + 1)
      shrinkImage(file)
        .then((image) => setImages((before) => [...before, image].slice(0, most)))
        .catch((error: Error) => setProblem(error.message))
        .finally(() => setReading((before) => before - 1))
    }
  }
  const take = (event: Event, transfer: DataTransfer | null) => {
    const files = [...(transfer?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
    if (files.length === 0) return
    event.preventDefault()
    add(files)
  }
  return {
    images,
    problem,
    isReading: reading > 0,
    isDropping,
    add,
    remove: (index: number) => setImages(images.filter((_, each) => each !== index)),
    clear: () => {
      setImages([])
      setProblem('')
    },
    onPaste: (event: ClipboardEvent) => take(event, event.clipboardData),
    dropHandlers: {
      onDragOver: (event: DragEvent) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(true)
      },
      onDragLeave: () => setDropping(false),
      onDrop: (event: DragEvent) => {
        setDropping(false)
        take(event, event.dataTransfer)
      },
    },
  }
}
