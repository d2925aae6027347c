import type { Json } from '../../../client/types.ts'
import type { Form } from '../forms/form.ts'
import { QuestionForm } from '../forms/question-form.tsx'
import type { Interaction } from '../interactions.ts'
import { cities } from './cities.ts'

const ofDegrees = { required: true, kind: 'number' as const, options: [] }

const degrees: Form = {
  single: false,
  fields: [
    { ...ofDegrees, name: 'latitude', label: 'Latitude', minimum: -90, maximum: 90 },
    { ...ofDegrees, name: 'longitude', label: 'Longitude', minimum: -180, maximum: 180 },
  ],
}

type PlaceFormProps = Pick<Interaction, 'answer' | 'refuse'> & { reason: string }

/** A place of the person's choice, where the browser does not give one. */
export function PlaceForm({ reason, answer, refuse }: PlaceFormProps) {
  const chosen = (place: Json) => answer(typeof place === 'object' ? { ...place, chosenByUser: true } : place)
  return (
    <QuestionForm
      question={`${reason} Choose a place, or write its coordinates:`}
      form={degrees}
      className="place-form"
      submit="Use these"
      cancel="Don’t share"
      answer={chosen}
      refuse={() => refuse('The user does not share their location.')}
    >
      <div class="ask-places">
        {cities.map(({ name, latitude, longitude }) => (
          <button
            key={name}
            type="button"
            class="chip"
            onClick={() => chosen({ latitude, longitude, place: name })}
          >
            {name}
          </button>
        ))}
      </div>
    </QuestionForm>
  )
}
