import { CopyRequest } from './browser/copy-request.tsx'
import { PicturePicker } from './browser/picture-picker.tsx'
import { PlaceForm } from './browser/place-form.tsx'
import { QuestionForm } from './forms/question-form.tsx'
import type { Interaction } from './interactions.ts'

/** What a tool of this browser asks for, in the line of its call. */
export function InteractionView({ interaction }: { interaction: Interaction }) {
  const { request, answer, refuse } = interaction
  switch (request.kind) {
    case 'locating':
      return (
        <div class="interaction">
          <p class="tool-note">Looking for your position. Your browser may ask you first.</p>
          <div class="interaction-buttons">
            <button type="button" onClick={request.choose}>
              Choose a place instead
            </button>
            <button type="button" onClick={() => refuse('The user does not share their location.')}>
              Don’t share
            </button>
          </div>
        </div>
      )
    case 'place':
      return <PlaceForm reason={request.reason} answer={answer} refuse={refuse} />
    case 'question':
      return <QuestionForm question={request.question} form={request.form} answer={answer} refuse={refuse} />
    case 'picture':
      return <PicturePicker question={request.question} answer={answer} refuse={refuse} />
    case 'copy':
      return <CopyRequest text={request.text} answer={answer} refuse={refuse} />
  }
}
