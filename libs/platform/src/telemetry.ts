import { type Meter, metrics, type Tracer, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';

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

/** Wires OpenTelemetry: metrics always, to be fetched from `/metrics`; spans as the standard variables say. */
export const startTelemetry = (service: string, env: NodeJS.ProcessEnv = process.env): Telemetry => {
  const withSpans = exportsSpans(env);
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const sdk = new NodeSDK({
    // The default detectors would publish the command line and the host's names.
    autoDetectResources: false,
    resource: resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME ?? service }),
    // Baggage is the caller's and stays here: providers are strangers.
    textMapPropagator: env.OTEL_PROPAGATORS ? undefined : new W3CTraceContextPropagator(),
    metricReaders: [prometheus],
    logRecordProcessors: [],
    spanProcessors: withSpans ? undefined : [],
  });
  sdk.start();
  const serializer = new PrometheusSerializer();
  return {
    tracer: withSpans ? trace.getTracer('switchyard') : undefined,
    meter: metrics.getMeter('switchyard'),
    scrape: async () => serializer.serialize((await prometheus.collect()).resourceMetrics),
    shutdown: () => sdk.shutdown(),
  };
};
