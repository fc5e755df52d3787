// Spanish.
import type { Phrases } from './shape.ts'

export const es: Phrases = {
  language: 'es',
  slugs: {
    flash: 'urgente|última hora',
    update: 'actualización|actualizado|ampliación',
    strictUpdate: 'actualiza|amplía',
    correction: 'corrección|corregido|fe de errores|fe de erratas',
    strictCorrection: 'corrige|rectifica',
    kill: 'anulación|anulado',
    strictKill: 'anula|retirado',
  },
  sections: 'politica|economia|deportes|deporte|cultura|sociedad|mundo|salud',
  tolls: {
    counted: {
      killed: 'muertos muerto muertas muerta fallecidos fallecidas fallecieron asesinados murieron mortales',
      injured: 'heridos herido heridas lesionados lesionadas',
      missing: 'desaparecidos desaparecidas desaparecido',
      arrested: 'detenidos detenidas detenciones arrestados arrestos presos',
      displaced: 'desplazados desplazadas',
    },
    leading: {
      killed: 'mató matan mata muerte muertes murieron mueren muertos fallecieron mataron',
      injured: 'hirió hieren heridos hirieron',
      missing: 'desaparecidos',
      arrested: 'detuvo detienen detuvieron detenidos arrestó detención detenido arrestado',
      displaced: 'desplazó desplazados',
    },
    filler: `personas persona otras otros civiles manifestantes policías policía soldados niños mujeres hombres agentes han sido
      fueron están resultaron`,
    about: 'al menos a unos unas más casi cerca número',
    to: 'a hasta alcanza alcanzó',
    from: 'desde',
    unit: `años año días día horas hora meses semanas kilómetros metros dólares enero febrero marzo abril mayo junio julio agosto
      septiembre octubre noviembre diciembre por`,
    stop: 'y o en por con durante tras que',
    thousand: 'mil',
    million: 'millón millones',
  },
  authors: 'Por|POR',
  bounds: {
    upTo: 'hasta|no mas de',
    atLeast: 'al menos|por lo menos|mas de|no menos de|como minimo',
    about: 'unos|unas|cerca de|alrededor de|casi|aproximadamente',
    atLeastAfter: 'al menos|por lo menos|como minimo|o mas',
    aboutAfter: 'aproximadamente',
  },
  embargo: [
    '(?:bajo embargo|embargado|embargada|embargo) hasta(?: el| la| las)?',
    'no (?:difundir|publicar) antes (?:de|del)(?: las)?',
  ],
  headings: 'compartir|etiquetas|más noticias',
  headed:
    'lea también|lea además|le recomendamos|relacionado|relacionados|artículos relacionados|más sobre este tema|lee también|leer más|te puede interesar|le puede interesar|noticias relacionadas|más información',
}
