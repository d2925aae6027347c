import type { StandardIssue, StandardSchema } from '../../standard-schema.ts'

/** The arguments as a library's schema makes them of those of a call; throws an error for the model where they do not fit. */
export async function validateArguments(schema: StandardSchema, args: unknown): Promise<unknown> {
  const result = await schema['~standard'].validate(args)
  if (result.issues) throw new Error(`wrong arguments: ${result.issues.map(issueText).join('; ')}`)
  return result.value
}

function issueText({ path = [], message }: StandardIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part))
  return keys.length > 0 ? `"${keys.join('.')}": ${message}` : message
}
