/** A part of a template: a text, or the argument of a call whose text is put there. */
export type TextPart = string | { readonly argument: string }
