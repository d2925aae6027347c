import { CopyRequest } from './browser/copy-request.tsx'
import { PicturePicker } from './browser/picture-picker.tsx'
import { PlaceForm } from './browser/place-form.tsx'
import { formOf } from './forms/form.ts'
import { QuestionForm } from './forms/question-form.tsx'
import type { Interaction } from './interactions.ts'
import { useLasting } from './use-lasting.ts'

/** What a tool of this browser asks for, in the line of its call. */
export function InteractionView({ interaction }: { interaction: Interaction }) {
  const { request, answer, refuse } = interaction
  switch (request.kind) {
    case 'locating':
      return <Locating choose={request.choose} refuse={refuse} />
    case 'place':
      return <PlaceForm reason={request.reason} answer={answer} refuse={refuse} />
    case 'question':
      return (
        <QuestionForm
          question={request.question}
          form={formOf(request.schema)}
          answer={answer}
          refuse={refuse}
        />
      )
    case 'picture':
      return <PicturePicker question={request.question} answer={answer} refuse={refuse} />
    case 'copy':
      return <CopyRequest text={request.text} answer={answer} refuse={refuse} />
  }
}

/** Shown where it takes a moment: browsers that may tell the position do so at once. */
function Locating({ choose, refuse }: { choose(): void; refuse: Interaction['refuse'] }) {
  if (!useLasting(true)) return null
  return (
    <div class="interaction">
      <p class="hint">Looking for your position. Your browser may ask you first.</p>
      <div class="interaction-buttons">
        <button type="button" onClick={choose}>
          Choose a place instead
        </button>
        <button type="button" onClick={() => refuse('The user does not share their location.')}>
          Don’t share
        </button>
      </div>
    </div>
  )
}
