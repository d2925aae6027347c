import { databaseKinds } from '../support/databases/database-kinds.ts'
import { testClassicDialect } from './classic-dialect.ts'

for (const database of databaseKinds) if (database.kind === 'postgresql') testClassicDialect(database)
