/** A JSON Schema, as far as types are made of it. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: { readonly [name: string]: unknown }
  readonly required?: readonly string[]
  readonly [keyword: string]: unknown
}

/** The type of the values that fit a JSON Schema; `unknown` where it says more than `type`, `properties`, `required`, `items`, `enum` and `const`. */
export type FromJsonSchema<Schema> = Schema extends { const: infer Value }
  ? Value
  : Schema extends { enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { type: readonly (infer Name)[] }
      ? Name extends string
        ? FromJsonSchema<Omit<Schema, 'type'> & { type: Name }>
        : unknown
      : Schema extends { type: 'string' }
        ? string
        : Schema extends { type: 'number' | 'integer' }
          ? number
          : Schema extends { type: 'boolean' }
            ? boolean
            : Schema extends { type: 'null' }
              ? null
              : Schema extends { type: 'array' }
                ? Schema extends { items: infer Items }
                  ? FromJsonSchema<Items>[]
                  : unknown[]
                : Schema extends { properties: infer Properties }
                  ? ObjectOf<Properties, RequiredOf<Schema>>
                  : Schema extends { type: 'object' } | undefined
                    ? { [name: string]: unknown }
                    : unknown

type RequiredOf<Schema> = Schema extends { required: readonly (infer Name)[] } ? Name : never

/** One object type, and not an intersection of two, for the sake of those who read it in an editor. */
type ObjectOf<Properties, Required> = Flat<
  { [Name in keyof Properties as Name extends Required ? Name : never]: FromJsonSchema<Properties[Name]> } & {
    [Name in keyof Properties as Name extends Required ? never : Name]?: FromJsonSchema<Properties[Name]>
  }
>

type Flat<Type> = { -readonly [Name in keyof Type]: Type[Name] }
