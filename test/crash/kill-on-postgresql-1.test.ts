import { databaseKinds } from '../support/databases/database-kinds.ts'
import { killRepeatedly } from './kill-repeatedly.ts'

// Fifty kills in two files, for they run side by side.
for (const database of databaseKinds) if (database.kind === 'postgresql') killRepeatedly(database, 25, 1)
