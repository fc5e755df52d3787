// A sentence model of a few kilobytes, made here: a table of words and their vectors, as an ONNX file, with the files that
// @huggingface/transformers wants beside it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface TinyModel {
  /** Each word's vector, all of one length. Words that are not listed, and padding, have none: zeros. */
  words: Readonly<Record<string, readonly number[]>>
  /** Tokens read of a text. Default 16. */
  longest?: number
  /** Name of the ONNX file. */
  file?: 'model.onnx' | 'model_quantized.onnx'
  /** Added to each number of each vector, so that two files of one folder can be told apart. */
  shift?: number
}

/** Write the model to `folder`, which is made. A text's vector, mean pooled, is the mean of its words' vectors. */
export function writeTinyModel(folder: string, model: TinyModel): void {
  const { words, longest = 16, file = 'model.onnx', shift = 0 } = model
  const vocabulary = ['[PAD]', '[UNK]', ...Object.keys(words)]
  const width = Object.values(words)[0]?.length ?? 1
  const none = Array.from({ length: width }, () => 0)
  const table = vocabulary.map(word => (words[word] ?? none).map(value => value + shift))
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  writeFileSync(join(folder, 'onnx', file), lookupModel(table))
  const json = (name: string, value: object): void => writeFileSync(join(folder, name), JSON.stringify(value))
  json('config.json', { model_type: 'bert', hidden_size: width, max_position_embeddings: longest })
  json('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: longest,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
  })
  json('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: ['[PAD]', '[UNK]'].map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
      unk_token: '[UNK]',
    },
  })
}

const FLOAT = 1
const INT64 = 7

/** `last_hidden_state[batch, sequence, width] = table[input_ids[batch, sequence]]`, as onnx.proto3 has it. */
function lookupModel(table: readonly (readonly number[])[]): Buffer {
  const width = table[0]?.length ?? 0
  const numbers = Buffer.from(new Float32Array(table.flat()).buffer)
  const weights = message(
    int(1, table.length),
    int(1, width),
    int(2, FLOAT),
    bytes(8, Buffer.from('table')),
    bytes(9, numbers),
  )
  const gather = message(
    text(1, 'table'),
    text(1, 'input_ids'),
    text(2, 'last_hidden_state'),
    text(3, 'lookup'),
    text(4, 'Gather'),
  )
  const tensor = (name: string, type: number, dimensions: readonly (string | number)[]): Buffer => {
    const shape = message(
      ...dimensions.map(size => bytes(1, typeof size === 'number' ? message(int(1, size)) : message(text(2, size)))),
    )
    return message(text(1, name), bytes(2, message(bytes(1, message(int(1, type), bytes(2, shape))))))
  }
  const graph = message(
    bytes(1, gather),
    text(2, 'tiny'),
    bytes(5, weights),
    bytes(11, tensor('input_ids', INT64, ['batch', 'sequence'])),
    bytes(11, tensor('attention_mask', INT64, ['batch', 'sequence'])),
    bytes(12, tensor('last_hidden_state', FLOAT, ['batch', 'sequence', width])),
  )
  return message(int(1, 8), text(2, 'minwal'), bytes(7, graph), bytes(8, message(int(2, 13))))
}

function varint(value: number): Buffer {
  const out: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...out, rest])
    out.push((rest % 128) + 128)
  }
}
const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields)
const int = (field: number, value: number): Buffer => message(varint(field * 8), varint(value))
const bytes = (field: number, value: Buffer): Buffer => message(varint(field * 8 + 2), varint(value.length), value)
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value))
