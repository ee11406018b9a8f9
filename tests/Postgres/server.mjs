// Runs PostgreSQL with pgvector in memory, on a free port of the loopback interface, until its standard input is closed.
// Prints the connection string once the server is ready.
//   npm ci && node server.mjs
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

process.stdin.resume().on('end', () => process.exit()).on('error', () => process.exit())

const db = await PGlite.create({ extensions: { vector } })
// Transactions run sequentially; connections above the maximum are closed.
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 50 })
await server.start()
const [host, port] = server.getServerConn().split(':')
// All connections share one session, so a connection pool must not reset the session state.
// Tests that need several databases, several users or a password recognize PGlite by the application name, and are skipped.
console.log(`Host=${host};Port=${port};Username=postgres;Database=postgres;SSL Mode=Disable;Pooling=false;No Reset On Close=true;Application Name=PGlite`)
