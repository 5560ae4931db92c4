import type { EarlyDataRejectedEvent, KeyLogEvent, KeyUpdatedEvent, SessionEvent, TraceEvent } from "./core-types.js";
import type { ClientOptions } from "./options.js";
import { save } from "./resumption.js";

/** Tells the application what it only watches. */
export function tell(
  event: SessionEvent | KeyLogEvent | TraceEvent | KeyUpdatedEvent | EarlyDataRejectedEvent,
  options: ClientOptions,
): void {
  switch (event.type) {
    case "session": {
      // Freed, whether anybody wants it or not.
      const session = save(event.session);
      options.onSession?.(session);
      break;
    }
    case "keyLog":
      options.onKeylog?.(event.line);
      break;
    case "message":
    case "alert":
    case "psk":
    case "sessionRefused":
      options.onTrace?.(event);
  }
}
