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
  people: {
    everyone: 'personas|persona|individuos|víctimas|vidas',
    others: 'otros|otras|otro|otra',
    heads:
      'hombres|hombre|miembros|miembro|agentes|agente|efectivos|elementos|funcionarios|ciudadanos|vecinos|casos|integrantes',
    partitives: 'de|del|los|las|la|el|entre|entre los|entre las|en las filas de',
    including: 'de ellos|entre ellos|ellos|ellas|de ellas|entre ellas',
    groups: {
      'security forces': `fuerzas de seguridad|fuerzas del orden|policías|policía|policiales|agentes de policía|guardias civiles|guardias|guardia nacional|gendarmes`,
      soldiers: 'soldados|soldado|militares|militar|ejército|fuerzas armadas|marinos|infantes de marina',
      'armed men': `hombres armados|armados|combatientes|milicianos|rebeldes|insurgentes|terroristas|terrorista|guerrilleros|yihadistas|islamistas|pistoleros|
        sicarios|criminales|delincuentes|atacantes|asaltantes`,
      protesters: 'manifestantes|manifestante|alborotadores|activistas',
      civilians: 'civiles|civil',
      children: 'niños|niño|niñas|niña|menores|bebés|escolares|adolescentes',
      women: 'mujeres|mujer',
      journalists: 'periodistas|periodista|reporteros',
      medics: 'médicos|médico|enfermeras|enfermeros|sanitarios',
      rescuers: 'rescatistas|bomberos|socorristas',
      workers: 'trabajadores|trabajador|obreros|obrero|empleados',
      migrants: 'migrantes|migrante|inmigrantes|refugiados',
      passengers: 'pasajeros|pasajero|viajeros',
      prisoners: 'presos|prisioneros|reclusos|internos',
      students: 'estudiantes|estudiante|alumnos',
    },
    persons:
      'mineros pescadores campesinos turistas peregrinos rehenes sospechosos piratas traficantes narcotraficantes aficionados conductores pacientes extranjeros abogados',
    endings: 'istas|ores|eros|eras|antes|entes',
    things: `vuelo vuelos avión aviones helicóptero helicópteros barco barcos buque buques embarcación embarcaciones lancha lanchas coche coches auto autos vehículo vehículos
      camión camiones autobús autobuses tren trenes ovejas oveja vacas reses cabras caballos cerdos perros gatos aves gallinas pollos peces ballenas delfines elefantes
      animales árboles partidos familias cabezas viviendas casas empleos`,
    beyond: `a al cerca contra bajo sobre ante hacia según ayer este esta hoy su sus dijo desde para donde cuando`,
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
