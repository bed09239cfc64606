import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How s3rver calls the file of an object. */
const SUFFIX = '._S3rver_object';

/** `ListObjectsV2`: keys in their order, rolled up at the delimiter, a page at a time. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listPage = async (folder: string, query: URLSearchParams): Promise<string> => {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const after = query.get('continuation-token') ?? '';
  const most = Number(query.get('max-keys') ?? 1000);
  const rolledUp = (key: string): string => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end === -1 ? key : key.slice(0, end + 1);
  };
  const keys = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .filter((key) => key.startsWith(prefix));
  const items = [...new Set(keys.map(rolledUp))].sort().filter((item) => item > after);
  const page = items.slice(0, most);
  const entries = await Promise.all(
    page.map(async (item) => {
      if (delimiter && item.endsWith(delimiter)) return `<CommonPrefixes><Prefix>${item}</Prefix></CommonPrefixes>`;
      const { size } = await stat(join(folder, `${item}${SUFFIX}`));
      return `<Contents><Key>${item}</Key><Size>${size}</Size></Contents>`;
    }),
  );
  const isTruncated = items.length > most;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`;
};
