// A PostgreSQL with pgvector on a free port of the loopback interface, in memory, for as long as this process runs.
// Prints its connection string as soon as it can be used, and ends when its standard input does: with who started it, whatever became of them.
//   npm ci && node server.mjs
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

process.stdin.resume().on('end', () => process.exit()).on('error', () => process.exit())

const db = await PGlite.create({ extensions: { vector } })
// Transactions take turns; connections beyond these are hung up on.
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 50 })
await server.start()
const [host, port] = server.getServerConn().split(':')
// It has one session for all: what a pool would reset on giving a connection back belongs to the others too.
// By the name the tests know that it has one database and one user, and asks nobody for a password.
console.log(`Host=${host};Port=${port};Username=postgres;Database=postgres;SSL Mode=Disable;Pooling=false;No Reset On Close=true;Application Name=PGlite`)
