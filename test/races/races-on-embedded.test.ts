import { databaseKinds } from '../support/databases/database-kinds.ts'
import { races } from './races.ts'

for (const kind of databaseKinds.filter((one) => one.kind === 'embedded')) races(kind)
