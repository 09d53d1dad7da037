import { serviceColour } from "../model/palette";

export function ServiceName({ service }: { readonly service: string }) {
  return (
    <span class="service-name">
      <span class="swatch" style={{ background: serviceColour(service) }} aria-hidden="true" />
      {service === "" ? "(no service name)" : service}
    </span>
  );
}
