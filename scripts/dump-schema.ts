import { PGlite } from '@electric-sql/pglite'
import { applySchema, type RunSql } from '../src/store/schema/apply-schema.ts'
import type { Schema } from '../src/store/schema/read-schema.ts'

const schemaName = `'chatterd'::regnamespace`

const columnsSql = `
  select c.relname as table, format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
      || case when a.attidentity = 'a' then ' generated always as identity' else '' end
      || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as text
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = ${schemaName} and c.relkind = 'r' order by c.relname, a.attnum`

const constraintsSql = `
  select conrelid::regclass::text as table, pg_get_constraintdef(oid) as text
  from pg_constraint where connamespace = ${schemaName} and contype <> 'n' order by contype <> 'p', contype, conname`

const indexesSql = `
  select indexrelid::regclass::text as name, indrelid::regclass::text as table, pg_get_indexdef(indexrelid) as text
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = ${schemaName} and not exists (select from pg_constraint where conindid = i.indexrelid)
  order by 1`

const functionsSql = `
  select format('%s(%s) returns %s', proname, pg_get_function_arguments(oid), pg_get_function_result(oid)) as text
  from pg_proc where pronamespace = ${schemaName} order by 1`

/** All of a schema at once, as PostgreSQL tells it: every table as it is after the last migration, and every function's head. */
export async function dumpSchema(schema: Schema): Promise<string> {
  const database = new PGlite()
  try {
    const run: RunSql = async (text, values) =>
      values
        ? (await database.query<Row>(text, values)).rows
        : ((await database.exec(text)).at(-1)?.rows ?? [])
    await applySchema(run, schema)
    const columns = await run(columnsSql)
    const constraints = await run(constraintsSql)
    const indexes = await run(indexesSql)
    const functions = await run(functionsSql)
    const tables = [...new Set(columns.map((row) => String(row.table)))]
    return [
      header,
      ...tables.map((table) => tableText(table, columns, constraints, indexes)),
      `-- Functions:\n${functions.map(({ text }) => `-- ${text}`).join('\n')}\n`,
    ].join('\n')
  } finally {
    await database.close()
  }
}

type Row = Record<string, unknown>

const header = `-- The whole schema as it is after the last migration, for readers: nothing runs this file. \`npm run schema\` writes it, from
-- tables/ and functions/, where the comments are.
`

function tableText(table: string, columns: Row[], constraints: Row[], indexes: Row[]): string {
  const name = `chatterd.${table}`
  const textsOf = (rows: Row[]) => rows.filter((row) => row.table === name).map(({ text }) => String(text))
  const lines = [
    ...columns.filter((row) => row.table === table).map(({ text }) => text),
    ...textsOf(constraints),
  ]
  const indexLines = textsOf(indexes).map((text) => `${text};\n`)
  return `create table ${name} (\n  ${lines.join(',\n  ')}\n);\n${indexLines.join('')}`
}
