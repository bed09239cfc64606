import { type Meter, type Tracer, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

export interface Telemetry {
  /** Undefined where nobody asked for spans: then there are none, and they cost nothing. */
  tracer: Tracer | undefined;
  meter: Meter;
  /** Every metric in the Prometheus text format. */
  scrape(): Promise<string>;
  /** Sends what has not been sent. */
  shutdown(): Promise<void>;
}

/**
 * Whether the standard variables ask for spans to be exported. The SDK's own default, a collector on this machine,
 * is not taken: nobody asked for it.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
const exportsSpans = (env: NodeJS.ProcessEnv): boolean => {
  if (env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return false;
  return Boolean(env.OTEL_TRACES_EXPORTER || env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
};

/**
 * Starts the SDK, which reads exporter, sampler and the rest from the standard variables. It is loaded only here: with
 * every exporter that there is it would make the heap a third larger, and each garbage collection as much slower.
 */
const startSpans = async (resource: Resource, env: NodeJS.ProcessEnv) => {
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({
    resource,
    // The default detectors would publish the command line and the host's names.
    autoDetectResources: false,
    // Baggage is the caller's and stays here: providers are strangers.
    textMapPropagator: env.OTEL_PROPAGATORS ? undefined : new W3CTraceContextPropagator(),
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return { tracer: trace.getTracer('switchyard'), shutdown: () => sdk.shutdown() };
};

/** Wires OpenTelemetry: metrics always, to be fetched from `/metrics`; spans as the standard variables say. */
export const startTelemetry = async (service: string, env: NodeJS.ProcessEnv = process.env): Promise<Telemetry> => {
  const resource = resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME ?? service });
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const metrics = new MeterProvider({ resource, readers: [prometheus] });
  const spans = exportsSpans(env) ? await startSpans(resource, env) : undefined;
  const serializer = new PrometheusSerializer();
  return {
    tracer: spans?.tracer,
    meter: metrics.getMeter('switchyard'),
    scrape: async () => serializer.serialize((await prometheus.collect()).resourceMetrics),
    shutdown: async () => {
      await Promise.all([metrics.shutdown(), spans?.shutdown()]);
    },
  };
};
