import type { RouteShape } from './route-shape.js';

/** So many models are told apart under one wildcard, however many names callers think of. */
const MOST_MODELS = 100;

/** How one model's shape is made and forgotten. */
export interface ModelShapesParts {
  make: (model: string) => RouteShape;
  /** Nothing is known of its upstreams that would be missed. */
  isForgettable: (shape: RouteShape) => boolean;
  forget: (shape: RouteShape) => void;
}

/**
 * The shapes of a wildcard's route, one for each model that is asked for: what an upstream says of one model is not held against the others.
 * The model that was asked for longest ago is forgotten first.
 */
export class ModelShapes {
  private readonly byModel = new Map<string, RouteShape>();
  private latest: string | undefined;

  constructor(private readonly parts: ModelShapesParts) {}

  /** Undefined where there are too many already, none of which can be forgotten. */
  of(model: string): RouteShape | undefined {
    const known = this.byModel.get(model);
    if (known && this.latest === model) return known;
    if (!known && this.byModel.size >= MOST_MODELS && !this.makeRoom()) return undefined;
    const shape = known ?? this.parts.make(model);
    this.byModel.delete(model);
    this.byModel.set(model, shape);
    this.latest = model;
    return shape;
  }

  private makeRoom(): boolean {
    for (const [model, shape] of this.byModel) {
      if (!this.parts.isForgettable(shape)) continue;
      this.byModel.delete(model);
      this.parts.forget(shape);
      return true;
    }
    return false;
  }
}
