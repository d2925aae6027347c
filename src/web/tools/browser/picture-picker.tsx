import { useEffect, useRef, useState } from 'preact/hooks'
import type { Interaction } from '../interactions.ts'
import { type PickedPicture, readPicture } from './read-picture.ts'

type PicturePickerProps = Pick<Interaction, 'answer' | 'refuse'> & { question: string }

/** Lets the person pick a picture, and shows it with what the model will get of it. */
export function PicturePicker({ question, answer, refuse }: PicturePickerProps) {
  const [picked, setPicked] = useState<PickedPicture>()
  const [problem, setProblem] = useState<string>()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => () => picked && URL.revokeObjectURL(picked.preview), [picked])

  const pick = async () => {
    const file = input.current?.files?.[0]
    if (!file) return
    const read = await readPicture(file)
    setPicked(read)
    setProblem(read ? undefined : 'This browser cannot read that file as a picture.')
  }
  return (
    <div class="interaction">
      <p class="ask-question">
        <bdi>{question}</bdi>
      </p>
      <label class="file-choice">
        <span class="visually-hidden">Picture</span>
        <input ref={input} type="file" accept="image/*" onChange={() => void pick()} />
      </label>
      {picked && (
        <figure class="picked-picture">
          <img src={picked.preview} alt="What you picked" />
          <figcaption class="hint">
            The model gets its name, its size ({picked.about.width} × {picked.about.height}) and its colours (
            {picked.about.colours.join(', ')}), and not the picture.
          </figcaption>
        </figure>
      )}
      <p class="tool-problem" role="status">
        {problem}
      </p>
      <div class="interaction-buttons">
        <button
          type="button"
          class="primary"
          disabled={!picked}
          onClick={() => picked && answer({ ...picked.about })}
        >
          Use this picture
        </button>
        <button type="button" onClick={() => refuse('The user picked no picture.')}>
          Don’t pick one
        </button>
      </div>
    </div>
  )
}
