import { ignoreCitations, ignoreHints, type Encoding } from './encoding.js';
import type { ChatPart } from './openai.wire.js';
import { UNSUPPORTED, type RequestField } from './request-field.js';

type ReadBlock = (block: RequestField, encoding: Encoding) => ChatPart[];

/** Between blocks that the Messages wire keeps apart and a plain string cannot. */
export const BLOCK_BREAK = '\n\n';

const textPart = (text: string): ChatPart => ({ type: 'text', text });

const readText: ReadBlock = (block, encoding) => {
  block.only('type', 'text', 'citations', 'cache_control');
  ignoreHints(encoding, block, 'cache_control');
  ignoreCitations(encoding, block);
  const text = block.get('text').text();
  if (text === '') block.refuse('text content blocks must be non-empty');
  return [textPart(text)];
};

const readImage: ReadBlock = (block, encoding) => {
  block.only('type', 'source', 'transformations', 'cache_control');
  ignoreHints(encoding, block, 'transformations', 'cache_control');
  if (!encoding.vendor.images) block.refuse(UNSUPPORTED);
  const source = block.get('source');
  switch (source.get('type').oneOf(['base64', 'url', 'file'])) {
    case 'base64':
      return [{ type: 'image_url', image_url: { url: dataUri(source) } }];
    case 'url':
      source.only('type', 'url');
      return [{ type: 'image_url', image_url: { url: source.get('url').text() } }];
    case 'file':
      return source.get('file_id').refuse(UNSUPPORTED);
  }
};

const dataUri = (source: RequestField): string => {
  source.only('type', 'media_type', 'data');
  return `data:${source.get('media_type').text()};base64,${source.get('data').text()}`;
};

const readDocument: ReadBlock = (block, encoding) => {
  block.only('type', 'source', 'title', 'context', 'citations', 'cache_control');
  ignoreHints(encoding, block, 'cache_control');
  ignoreCitations(encoding, block);
  const about = ['title', 'context'].map((name) => block.get(name)).filter((field) => field.present);
  return [...about.map((field) => textPart(field.text())), ...readDocumentSource(block, encoding)];
};

const readDocumentSource: ReadBlock = (block, encoding) => {
  const source = block.get('source');
  switch (source.get('type').oneOf(['base64', 'text', 'content', 'url', 'file'])) {
    case 'text':
      source.only('type', 'media_type', 'data');
      return [textPart(source.get('data').text())];
    case 'content':
      source.only('type', 'content');
      return readContent(source.get('content'), encoding);
    case 'base64': {
      if (!encoding.vendor.files) return block.refuse(UNSUPPORTED);
      const title = block.get('title');
      const filename = title.present ? title.text() : 'document.pdf';
      return [{ type: 'file', file: { filename, file_data: dataUri(source) } }];
    }
    case 'url':
    case 'file':
      return source.get('type').refuse(UNSUPPORTED);
  }
};

const readSearchResult: ReadBlock = (block, encoding) => {
  block.only('type', 'source', 'title', 'content', 'citations', 'cache_control');
  ignoreHints(encoding, block, 'cache_control');
  ignoreCitations(encoding, block);
  const heading = `${block.get('title').text()}\nSource: ${block.get('source').text()}`;
  return [textPart(heading), ...readContent(block.get('content'), encoding)];
};

// Tools that are deferred elsewhere are all declared here, so naming the one that was found is enough.
const readToolReference: ReadBlock = (block, encoding) => {
  block.only('type', 'tool_name', 'cache_control');
  ignoreHints(encoding, block, 'cache_control');
  return [textPart(`Tool: ${block.get('tool_name').text()}`)];
};

const READERS: Readonly<Record<string, ReadBlock>> = {
  text: readText,
  image: readImage,
  document: readDocument,
  search_result: readSearchResult,
  tool_reference: readToolReference,
};

/** One block of a user turn, of a tool's result or of a document. Anything else is refused by its type's name. */
export const readPart: ReadBlock = (block, encoding) => {
  const type = block.get('type').text();
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  return read ? read(block.labelled(type), encoding) : block.labelled(type).refuse(UNSUPPORTED);
};

/** Content in either of its forms, a string or a list of blocks. */
export const readContent: ReadBlock = (content, encoding) =>
  typeof content.value === 'string'
    ? [textPart(content.value)]
    : content.list().flatMap((block) => readPart(block, encoding));

/** Parts as a `content` member. A plain string wherever there is only text: every server takes that. */
export const joinParts = (parts: ChatPart[]): string | ChatPart[] => {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.length === parts.length ? texts.join(BLOCK_BREAK) : parts;
};
