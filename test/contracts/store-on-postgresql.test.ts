import { databaseKinds } from '../databases.ts'
import { testStore } from './store.ts'

for (const kind of databaseKinds.filter(({ kind }) => kind === 'postgresql')) testStore(kind)
