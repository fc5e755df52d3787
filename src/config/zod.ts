// The one importer of zod: schemas of the configuration and of the API are written with it.
export { z } from 'zod'
