import { useId } from 'preact/hooks'
import type { Field, FieldKind } from './form.ts'
import type { FieldValue } from './validate-form.ts'

interface FieldViewProps {
  field: Field
  bare: boolean
  value: FieldValue
  problem: string | undefined
  onChange(value: FieldValue): void
}

/** One field of a form: its label, its input, what it takes, and what is wrong with it. */
export function FieldView(props: FieldViewProps) {
  const { field, bare, problem } = props
  const id = useId()
  const hint = [field.description, hintOf(field)].filter((part) => part !== undefined).join(' · ')
  const described = {
    'aria-describedby':
      `${hint === '' ? '' : `${id}-hint`}${problem === undefined ? '' : ` ${id}-problem`}`.trim() ||
      undefined,
    'aria-invalid': problem !== undefined,
  }
  const label = <FieldLabel field={field} />
  const notes = (
    <>
      {hint !== '' && (
        <span id={`${id}-hint`} class="hint ask-hint">
          <bdi>{hint}</bdi>
        </span>
      )}
      {problem !== undefined && (
        <span id={`${id}-problem`} class="tool-problem" role="alert">
          {problem}
        </span>
      )}
    </>
  )
  const labelClass = bare ? 'visually-hidden' : 'ask-label'
  if (choosers.has(field.kind))
    return (
      <fieldset {...described}>
        <legend class={labelClass}>{label}</legend>
        <Options {...props} name={id} />
        {notes}
      </fieldset>
    )
  return (
    <>
      <label for={id} class={labelClass}>
        {label}
      </label>
      <Input {...props} id={id} described={described} />
      {notes}
    </>
  )
}

const choosers = new Set<FieldKind>(['yes-no', 'choices'])
const inputTypes: Partial<Record<FieldKind, string>> = {
  date: 'date',
  time: 'time',
  'date-time': 'datetime-local',
  email: 'email',
  url: 'url',
}

function FieldLabel({ field }: { field: Field }) {
  return (
    <>
      <bdi>{field.label}</bdi>
      {!field.required && <span class="hint"> (optional)</span>}
    </>
  )
}

function Input({
  field,
  id,
  value,
  onChange,
  described,
}: FieldViewProps & { id: string; described: object }) {
  const text = typeof value === 'string' ? value : ''
  const common = {
    ...{ id, value: text, required: field.required, ...described },
    onInput: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  }
  if (field.kind === 'choice')
    return (
      <select {...common}>
        <option value="">{field.required ? 'Choose…' : 'No choice'}</option>
        {field.options.map(({ label }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: labels can repeat, and options keep their order
          <option key={index} value={String(index)}>
            {label}
          </option>
        ))}
      </select>
    )
  if (field.kind === 'long-text' || field.kind === 'json')
    return (
      <textarea
        {...common}
        rows={field.kind === 'json' ? 4 : 2}
        class={field.kind === 'json' ? 'tool-mono' : ''}
      />
    )
  // Preact has a type of its own for the attributes of each `type`.
  const type = (inputTypes[field.kind] ?? 'text') as 'text'
  const numeric = field.kind === 'number' || field.kind === 'integer'
  return <input type={type} {...common} {...(numeric && { inputMode: 'decimal' as const })} />
}

function Options({ field, value, name, onChange }: FieldViewProps & { name: string }) {
  const several = field.kind === 'choices'
  const options = several
    ? field.options.map(({ label }, index) => ({ label, value: String(index) }))
    : [
        { label: 'Yes', value: 'true' },
        { label: 'No', value: 'false' },
      ]
  const chosen = typeof value === 'string' ? [value] : value
  const change = (option: string, checked: boolean) => {
    if (!several) onChange(option)
    else
      onChange(
        checked ? [...chosen.filter((one) => one !== ''), option] : chosen.filter((one) => one !== option),
      )
  }
  return (
    <div class="ask-options">
      {options.map((option) => (
        <label key={option.value}>
          <input
            type={several ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(option.value)}
            onChange={(event) => change(option.value, event.currentTarget.checked)}
          />
          <bdi>{option.label}</bdi>
        </label>
      ))}
    </div>
  )
}

/** What a field takes, in words. */
function hintOf({ kind, minimum, maximum, atLeast, atMost }: Field): string | undefined {
  if (kind === 'json') return 'as JSON'
  const range = kind === 'number' || kind === 'integer' ? [minimum, maximum] : [atLeast, atMost]
  const [least, most] = range
  const thing = kind === 'choices' ? ' choices' : kind === 'number' || kind === 'integer' ? '' : ' characters'
  if (least !== undefined && most !== undefined) return `${least} to ${most}${thing}`
  if (least !== undefined) return `at least ${least}${thing}`
  return most === undefined ? undefined : `at most ${most}${thing}`
}
