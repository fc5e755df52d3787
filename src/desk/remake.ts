// Makes features of texts on file as their filing would have, where they are missing: after another version of the rules, and
// after stories were parted.
import { copyFeatures } from '../decide/copy/index.ts'
import { storyFeatures, threadWords } from '../decide/thread/place.ts'
import { readWire, type WireNames } from '../decide/wire/read.ts'
import { primaryLanguage } from '../language/tag.ts'
import type { TextWithoutFeatures } from '../model/stored.ts'
import { conceptsBeside } from './concepts.ts'
import type { ActiveWindow, Remaker } from './window.ts'

export function remaker(window: ActiveWindow, names: WireNames): Remaker {
  const read = ({ title, text, authors }: TextWithoutFeatures) =>
    readWire({ title, text, authors, source: null }, names)
  return {
    story: (filing, story) => {
      const { title, body } = read(story)
      const { threads } = window
      const { language } = story
      const concepts = conceptsBeside(threads, primaryLanguage(language) ?? '')
      const features = storyFeatures(threads, threadWords({ title, body, language, concepts }))
      window.addStory(filing, story.group, story.id, features, story.time)
    },
    report: (filing, report) => {
      const { title, body, part } = read(report)
      const features = copyFeatures(title, body, report.language, part?.number)
      window.addReport(filing, report.group, report, features && report.bare ? { ...features, bare: true } : features)
    },
  }
}
