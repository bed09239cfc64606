import { BlockList, isIP } from 'node:net';
import type { NetworkRule } from './webhook-settings.js';

/** Networks of an operator's own, called only where the operator says so. */
const PRIVATE_V4 = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const PRIVATE_V6 = ['::1/128', 'fc00::/7'];

/** Never called. https://www.iana.org/assignments/iana-ipv4-special-registry */
const NEVER_V4 = [
  '0.0.0.0/8',
  // Link-local, with the metadata and credentials that most clouds hand out.
  '169.254.0.0/16',
  // The same of Alibaba and of Azure, which have it elsewhere.
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * All of IPv6 that is public: the rest (unspecified, mapped and translated IPv4, link-local, multicast) is refused without being
 * named. https://www.iana.org/assignments/ipv6-unicast-address-assignments
 */
const PUBLIC_V6 = ['2000::/3'];

/** Of the ranges above. https://www.iana.org/assignments/iana-ipv6-special-registry */
const NEVER_V6 = [
  // Teredo and others that carry IPv4 inside or are no hosts, documentation, 6to4, documentation.
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  // Metadata of AWS and of Google.
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
];

const listOf = (family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
};

// One list a family, because a list of both takes every IPv4 address for the IPv6 one that it can be mapped to.
const privateV4 = listOf('ipv4', PRIVATE_V4);
const neverV4 = listOf('ipv4', NEVER_V4);
const privateV6 = listOf('ipv6', PRIVATE_V6);
const publicV6 = listOf('ipv6', PUBLIC_V6);
const neverV6 = listOf('ipv6', NEVER_V6);

/** Whether a connection may be made to an IP address on a stranger's behalf. False of anything that is no IP address. */
export const isSafeAddress = (address: string, { allowPrivateHosts }: NetworkRule): boolean => {
  switch (isIP(address)) {
    case 4:
      return !neverV4.check(address) && (allowPrivateHosts || !privateV4.check(address));
    case 6:
      if (neverV6.check(address, 'ipv6')) return false;
      return publicV6.check(address, 'ipv6') || (allowPrivateHosts && privateV6.check(address, 'ipv6'));
    default:
      return false;
  }
};
