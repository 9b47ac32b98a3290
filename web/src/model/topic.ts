import type { LayerName } from '../api';
import type { TallyChoice } from './tally';

/** Topics 专题: named ways of looking at the one map. Each is a choice of layers, of a figure and of points, no map of its own. */
export const TOPIC_NAMES = ['all', 'care', 'resources', 'hazards', 'autonomy'] as const;
export type TopicName = (typeof TOPIC_NAMES)[number];

export interface Topic {
  /** Switched off in this topic. */
  off: readonly LayerName[];
  tally: TallyChoice | null;
  /** Categories of resource sites that belong to it; null for all. */
  sites: readonly string[] | null;
}

export const topics: Record<TopicName, Topic> = {
  all: { off: [], tally: null, sites: null },
  // 关爱: who needs looking after, and who looks after them.
  care: {
    off: ['alert', 'hazard', 'issue', 'micro_grid', 'base_rail'],
    tally: { level: 'community', name: 'over_60_alone' },
    sites: [
      'elderly_care',
      'canteen',
      'clinic',
      'hospital',
      'pharmacy',
      'kindergarten',
      'community_centre',
      'party_centre',
      'aed',
    ],
  },
  // 资源: what one can call on.
  resources: {
    off: ['alert', 'hazard', 'issue', 'micro_grid', 'grid'],
    tally: { level: 'community', name: 'resource_sites' },
    sites: null,
  },
  // 隐患: what is wrong, and what helps when it becomes worse.
  hazards: {
    off: ['micro_grid', 'base_rail'],
    tally: { level: 'community', name: 'hazards_standing' },
    sites: ['shelter', 'fire', 'fire_station', 'hydrant', 'police', 'hospital', 'clinic', 'aed', 'supplies', 'water'],
  },
  // 自治: who governs themselves where.
  autonomy: {
    off: ['alert', 'hazard', 'base_rail'],
    tally: { level: 'grid', name: 'households' },
    sites: ['party_centre', 'community_centre', 'library', 'government', 'market', 'elderly_care'],
  },
};

export const readTopic = (text: string | null): TopicName => TOPIC_NAMES.find((name) => name === text) ?? 'all';
