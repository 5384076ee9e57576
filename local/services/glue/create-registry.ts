import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { registryArn } from './arns.ts';
import type { SchemaStore } from './schema-store.ts';

const Input = z.strictObject({ RegistryName: z.string(), Description: z.optional(z.string()) });

export const createRegistry = (store: SchemaStore): Action =>
  action('CreateRegistry', Input, async ({ RegistryName, Description }) => {
    await store.createRegistry(RegistryName);
    return { RegistryArn: registryArn(RegistryName), RegistryName, Description };
  });
