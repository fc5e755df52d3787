// A thread that parses documents and keeps none.
import { serveParser } from './serve.ts'

serveParser()
