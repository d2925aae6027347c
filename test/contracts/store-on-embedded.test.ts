import { databaseKinds } from '../support/databases/database-kinds.ts'
import { testStore } from './store.ts'

for (const kind of databaseKinds.filter(({ kind }) => kind === 'embedded')) testStore(kind)
