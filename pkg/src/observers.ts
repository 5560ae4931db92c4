import type { EarlyDataRejectedEvent, KeyLogEvent, KeyUpdatedEvent, SessionEvent, TraceEvent } from "./core-types.js";
import type { ClientOptions } from "./options.js";
import { save } from "./resumption.js";

/** Passes events to the application's observers. */
export function tell(
  event: SessionEvent | KeyLogEvent | TraceEvent | KeyUpdatedEvent | EarlyDataRejectedEvent,
  options: ClientOptions,
): void {
  switch (event.type) {
    case "session": {
      // Freed, whether there is an observer or not.
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
