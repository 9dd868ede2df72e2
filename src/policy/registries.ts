import { CLOUD_REGISTRIES } from './registries-cloud.js'
import { PUBLIC_REGISTRIES } from './registries-public.js'
import { type Registry } from './registry.js'

/** Every registry that a policy can name by an id. docs/registries.md is generated from it. */
export const REGISTRIES: readonly Registry[] = [...PUBLIC_REGISTRIES, ...CLOUD_REGISTRIES]
