import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Interaction } from '../interactions.ts'
import { FieldView } from './field-view.tsx'
import type { Form } from './form.ts'
import { initialValues, validateForm } from './validate-form.ts'

type QuestionFormProps = Pick<Interaction, 'answer' | 'refuse'> & {
  question: string
  form: Form
  submit?: string
  cancel?: string
  className?: string
  /** Between the question and the fields. */
  children?: ComponentChildren
}

/** A question to the person, and a form for the answer. What is wrong is said beside its field. */
export function QuestionForm(props: QuestionFormProps) {
  const { question, form, answer, refuse, submit = 'Answer', cancel = 'Don’t answer', className = '' } = props
  const [values, setValues] = useState(() => initialValues(form))
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map())
  const element = useRef<HTMLFormElement>(null)

  const send = (event: Event) => {
    event.preventDefault()
    const checked = validateForm(form, values)
    if (checked.ok) return answer(checked.answer)
    setProblems(checked.problems)
    const index = form.fields.findIndex(({ name }) => checked.problems.has(name))
    element.current
      ?.querySelector<HTMLElement>(`[data-field="${index}"] :is(input, select, textarea)`)
      ?.focus()
  }
  return (
    <form ref={element} class={`interaction ${className}`} noValidate onSubmit={send}>
      <p class="ask-question">
        <bdi>{question}</bdi>
      </p>
      {props.children}
      <div class="ask-fields">
        {form.fields.map((field, index) => (
          <div key={field.name} class={`ask-field ${field.kind}`} data-field={index}>
            <FieldView
              field={field}
              // A question with one field needs no second label in sight.
              bare={form.single}
              value={values.get(field.name) ?? ''}
              problem={problems.get(field.name)}
              onChange={(value) => setValues(new Map(values).set(field.name, value))}
            />
          </div>
        ))}
      </div>
      <div class="interaction-buttons">
        <button type="submit" class="primary">
          {submit}
        </button>
        <button type="button" onClick={() => refuse('The user did not answer.')}>
          {cancel}
        </button>
      </div>
    </form>
  )
}
