import { databaseKinds } from '../databases.ts'
import { testClassicDialect } from './classic-dialect.ts'

for (const database of databaseKinds) if (database.kind === 'postgresql') testClassicDialect(database)
