// The OpenAPI 3.1 document, made from the schemas that answers are read by and parameters are judged by.
import { z } from '../../config/zod.ts'
import { NAMED } from './answers.ts'
import { RESOURCES, type Resource } from './resources.ts'

type Json = Record<string, unknown>

/** The schemas, by name; each refers to the others. */
function schemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id })
  const { schemas: made } = z.toJSONSchema(registry, { uri: id => `#/components/schemas/${id}`, io: 'input' })
  return Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, plain(schema)]))
}

/** Without what says again that it is JSON Schema 2020-12, and the pattern that says again that a time is one. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  const { $schema: _schema, $id: _id, ...rest } = value as Json
  if (rest['format'] === 'date-time') delete rest['pattern']
  return Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, plain(inner)]))
}

const referring = (name: string, type = 'application/json'): Json => ({
  content: { [type]: { schema: { $ref: `#/components/schemas/${name}` } } },
})

const ETAG = { ETag: { description: 'Strong. Send it back as `If-None-Match`.', schema: { type: 'string' } } }

function responses({ answer, id, merges, parameters }: Resource): Json {
  return {
    200: { description: 'What was asked for.', headers: ETAG, ...referring(answer) },
    304: { description: 'It has not changed.' },
    ...(merges === null ? {} : { 308: { description: 'It was merged into another.', ...referring('Merged') } }),
    ...(Object.keys(parameters).length > 0 || id !== null
      ? { 400: { description: 'A parameter is wrong: `parameter` names it.', ...referring('Problem', PROBLEM) } }
      : {}),
    ...(id === null ? {} : { 404: { description: 'There is none with this id.', ...referring('Problem', PROBLEM) } }),
    default: { description: 'It cannot be answered.', ...referring('Problem', PROBLEM) },
  }
}

const PROBLEM = 'application/problem+json'

function operation(resource: Resource): Json {
  const { path, summary, parameters, id, required } = resource
  const of = path.replace('/api/', '').replace('/{id}', '')
  const inPath = { name: 'id', in: 'path', required: true }
  return {
    operationId: id === null ? of : `${of}-one`,
    summary,
    parameters: [
      ...(id === null
        ? []
        : [{ ...inPath, schema: id === 'number' ? { type: 'integer', minimum: 1 } : { type: 'string' } }]),
      ...Object.entries(parameters).map(([name, { schema, description }]) => ({
        name,
        in: 'query',
        required: name === required,
        description,
        schema: plain(z.toJSONSchema(schema, { io: 'input' })),
      })),
    ],
    responses: responses(resource),
  }
}

let made: { components: Json; paths: Json } | null = null

/** `base` is the path below which the site lies. */
export function openApi(title: string, version: string, base: string): Json {
  made ??= {
    components: { schemas: schemas() },
    paths: Object.fromEntries(RESOURCES.map(resource => [resource.path, { get: operation(resource) }])),
  }
  return {
    openapi: '3.1.1',
    info: {
      title: `${title}: API`,
      version: version === '' ? '0' : version,
      description:
        'What the pages show, as JSON, to read only. Names are those of the public views of the database (docs/sql.md), times are ISO 8601 in UTC, spans are milliseconds. Lists go on with `cursor`.',
    },
    servers: [{ url: base === '' ? '/' : base }],
    paths: made.paths,
    components: made.components,
  }
}
