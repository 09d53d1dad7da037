import { serviceColour } from "../model/palette";

interface Props {
  readonly services: readonly { readonly service: string; readonly spans: number }[];
}

/** A trace's services as colours, each as wide as its share of the spans; their names for those who read or hover. */
export function ServiceStrip({ services }: Props) {
  const total = services.reduce((sum, one) => sum + one.spans, 0);
  const names = services.map((one) => `${one.service} (${one.spans})`).join(", ");
  return (
    <span class="service-strip" role="img" aria-label={`services: ${names}`} title={names}>
      {services.map((one) => (
        <span
          key={one.service}
          style={{ background: serviceColour(one.service), flexGrow: Math.max(one.spans, total / 20) }}
        />
      ))}
    </span>
  );
}
